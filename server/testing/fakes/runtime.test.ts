import { expect, it } from 'vitest';
import { type Argv, codeOf, describeRuntimeContract, makeSpec, probeOne, type RuntimeHarness } from '../contracts/runtime.contract.ts';
import { createFakeHost, type FakeHost } from './runtime.ts';

async function makeHarness(): Promise<RuntimeHarness & { readonly host: FakeHost }> {
  const { host, openRuntime } = createFakeHost();
  let runtime = openRuntime();
  return {
    host,
    differences: { neverWas: 'host_gone', historyLines: Number.POSITIVE_INFINITY, input: 'bytes' },
    runtime: () => runtime,
    async reopen() {
      await runtime.close();
      runtime = openRuntime();
      return runtime;
    },
    endHost: async () => host.reboot(),
    signalHost: (_handle, signal) => (signal === 'SIGSTOP' ? host.hang() : host.wake()),
    cwd: '/',
    env: {},
    programs: {
      stay: ['stay'],
      print: (text): Argv => ['print', text],
      exit: (code, text = ''): Argv => ['exit', String(code), text],
      die: ['die', 'SIGKILL'],
    },
    [Symbol.asyncDispose]: () => runtime.close(),
  };
}

describeRuntimeContract('the fake runtime', makeHarness);

it('hangs like a stopped host: unknown, refused, and what was not revoked happens when it wakes', async () => {
  await using harness = await makeHarness();
  await harness.runtime().create(makeSpec(harness, 'app-1'));
  harness.host.hang();
  const [late, revoked] = [makeSpec(harness, 'app-2'), makeSpec(harness, 'app-3')];
  expect(await codeOf(harness.runtime().create(late))).toBe('RUNTIME_UNAVAILABLE');
  expect(await codeOf(harness.runtime().create(revoked))).toBe('RUNTIME_UNAVAILABLE');
  await harness.runtime().revoke(revoked.launchId);
  expect(await probeOne(harness.runtime(), late.handle)).toMatchObject({ state: 'unknown' });
  harness.host.wake();
  expect(await probeOne(harness.runtime(), late.handle)).toMatchObject({ state: 'alive' });
  expect(await probeOne(harness.runtime(), revoked.handle)).toMatchObject({ state: 'exited', exit: { code: 125 } });
  expect(harness.host.launches.map(({ sessionId }) => sessionId)).toEqual(['app-1', 'app-2']);
});

it('never lists a runtime without tags', async () => {
  await using harness = await makeHarness();
  const handle = harness.runtime().handleFor('app-1' as never, 0);
  harness.host.plant(handle);
  expect((await harness.runtime().probe([handle], { limitMs: 1 })).seen).toEqual([]);
  expect(await probeOne(harness.runtime(), handle)).toMatchObject({ state: 'alive', tags: { launchId: null } });
});
