/** The fake keeps the contract that real git keeps. */
import { describeWorkspacePort } from '../contracts/workspace.contract.ts';
import { createFakeWorkspaces } from './workspace.ts';

describeWorkspacePort('fake', async () => {
  const fake = createFakeWorkspaces();
  fake.addRepository('/repo');
  fake.setIgnored('/repo', ['*.log']);
  fake.addRepository('/unborn', 'unborn');
  fake.write('/folder', 'file', 'x');
  return {
    port: fake.port,
    repository: '/repo',
    unbornRepository: '/unborn',
    folder: '/folder',
    write: async (path, file, text) => fake.write(path, file, text),
    read: async (path, file) => fake.read(path, file),
    commit: async (path, file, text) => fake.commit(path, file, text),
    deleteByHand: async (path) => fake.deleteByHand(path),
    branches: async () => fake.branches('/repo'),
    makeBranch: async (name) => fake.makeBranch('/repo', name),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
