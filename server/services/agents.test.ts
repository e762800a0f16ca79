import { expect, it } from 'vitest';
import { createAgentRegistry } from '../adapters/agent/registry.ts';
import { AppError } from '../core/errors.ts';
import type { ProjectId } from '../core/ids.ts';
import type { AgentAdapter } from '../ports/agent.ts';
import { createFakeAgent } from '../testing/fakes/agent.ts';
import { createFakeStore } from '../testing/fakes/store.ts';
import { APP, projectFacts } from '../testing/store-facts.ts';
import { createAgents } from './agents.ts';

function setUp() {
  const searched: Readonly<Record<string, string>>[] = [];
  const store = createFakeStore();
  store.projects.insert(projectFacts({ env: { PATH: '/opt/tools', AO_DATA_DIR: '/elsewhere' } }));
  const installed = createFakeAgent({ name: 'installed' });
  const watched: AgentAdapter = {
    ...installed.agent,
    assertAvailable: (context) => {
      searched.push(context.env);
      return installed.agent.assertAvailable(context);
    },
  };
  const absent = createFakeAgent({ name: 'absent' });
  absent.setInstalled('no');
  const custom = createFakeAgent({ name: 'custom', command: 'required' });
  const agents = createAgents({
    store,
    agents: createAgentRegistry([watched, absent.agent, custom.agent]),
    daemonEnv: { PATH: '/usr/bin', HOME: '/home/u', AO_OWNER: 'app', TMUX: 'x' },
  });
  return { agents, searched };
}

it('says of each agent whether a session of it would start, and if not what to do', async () => {
  const { agents } = setUp();
  expect(await agents.list(null)).toEqual([
    { name: 'absent', needsCommand: false, missing: { why: expect.stringContaining('not on PATH'), hint: 'Install absent' } },
    { name: 'custom', needsCommand: true, missing: null },
    { name: 'installed', needsCommand: false, missing: null },
  ]);
});

it("looks where a session would: in the daemon's environment, and in the project's where one is named", async () => {
  const { agents, searched } = setUp();
  await agents.list(null);
  await agents.list(APP);
  expect(searched).toEqual([
    { PATH: '/usr/bin', HOME: '/home/u' },
    { PATH: '/opt/tools', HOME: '/home/u' },
  ]);
  expect(() => agents.list('nobody' as ProjectId)).toThrow(AppError);
});
