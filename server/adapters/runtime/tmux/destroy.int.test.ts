import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { codeOf, makeSpec, newLaunchId, probeOne, untilState } from '../../../testing/contracts/runtime.contract.ts';
import { eventually } from '../../../testing/resources.ts';
import { makeTmuxHarness, type TmuxHarness } from '../../../testing/tmux-harness.ts';
import { createSystemClock } from '../../system/clock.ts';
import { createProcessTable } from '../../system/process-table.ts';

const table = createProcessTable({ clock: createSystemClock() });
const isGone = (pid: number): boolean => table.identify(pid) === null;

/** Leaves a nohup child in its session, a setsid one, and a setsid one with a cleared environment. */
const LITTER = `
  nohup sleep 1000 >/dev/null 2>&1 & echo $! > "$1/nohup"
  (setsid sh -c 'echo $$ > "$1/setsid"; exec sleep 1000' sh "$1" >/dev/null 2>&1 </dev/null &)
  (setsid env -i sh -c 'echo $$ > "$1/cleared"; exec sleep 1000' sh "$1" >/dev/null 2>&1 </dev/null &)
`;

async function pidsOf(harness: TmuxHarness, names: readonly string[]): Promise<number[]> {
  return await Promise.all(
    names.map((name) => {
      const path = join(harness.cwd, name);
      return eventually(`the pid of ${name}`, () => existsSync(path) && Number(readFileSync(path, 'utf8').trim()));
    }),
  );
}

const littering = (harness: TmuxHarness, rest: string) => ['/bin/sh', '-c', `${LITTER}\n${rest}`, 'sh', harness.cwd] as const;

it('L8: ends everything of a running session, whatever it did to get away, and nothing of another', async () => {
  await using harness = await makeTmuxHarness();
  const stay = `sh -c '(setsid env -i sh -c "echo \\$\\$ > \\"$1/below\\"; exec sleep 1000")' sh "$1" & wait`;
  const spec = makeSpec(harness, 'app-1', { argv: littering(harness, stay) });
  const beside = makeSpec(harness, 'app-2');
  await harness.runtime().create(spec);
  await harness.runtime().create(beside);
  // `cleared` was double-forked *and* setsid *and* without environment: nothing on Linux tells that it belongs to anybody.
  const pids = await pidsOf(harness, ['nohup', 'setsid', 'below']);
  const [stray] = await pidsOf(harness, ['cleared']);
  await harness.runtime().destroy(spec.handle, spec.launchId);
  expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  expect(await probeOne(harness.runtime(), spec.handle)).toEqual({ state: 'dead', evidence: 'absent' });
  expect(await probeOne(harness.runtime(), beside.handle)).toMatchObject({ state: 'alive' });
  if (!isGone(stray as number)) process.kill(stray as number, 'SIGKILL');
});

it('L8: ends what an exited agent left behind', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1', {
    argv: littering(harness, 'while [ ! -e "$1/setsid" ] || [ ! -e "$1/cleared" ]; do sleep 0.02; done; exit 0'),
  });
  await harness.runtime().create(spec);
  const pids = await pidsOf(harness, ['nohup', 'setsid']);
  const [stray] = await pidsOf(harness, ['cleared']);
  await untilState(harness.runtime(), spec.handle, 'exited');
  expect(pids.filter(isGone)).toEqual([]);
  await harness.runtime().destroy(spec.handle, spec.launchId);
  expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  process.kill(stray as number, 'SIGKILL');
});

it('L6: ends what is left of a session whose server is gone', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1', { argv: littering(harness, 'wait') });
  await harness.runtime().create(spec);
  const pids = await pidsOf(harness, ['nohup', 'setsid']);
  const [stray] = await pidsOf(harness, ['cleared']);
  await harness.endHost();
  await harness.runtime().destroy(spec.handle, spec.launchId);
  expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  process.kill(stray as number, 'SIGKILL');
});

it('L6: while the server is stopped the processes are ended, and the refusal says that the rest is not', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const alive = await untilState(harness.runtime(), spec.handle, 'alive');
  await eventually('the agent runs', () => readFileSync(`/proc/${alive.pid}/comm`, 'utf8') === 'cat\n');
  const server = harness.serverPid();
  process.kill(server, 'SIGSTOP');
  try {
    expect(await codeOf(harness.runtime().destroy(spec.handle, spec.launchId))).toBe('RUNTIME_UNAVAILABLE');
    expect(isGone(alive.pid)).toBe(true);
  } finally {
    process.kill(server, 'SIGCONT');
  }
  await untilState(harness.runtime(), spec.handle, 'exited');
  await harness.runtime().destroy(spec.handle, spec.launchId);
  expect(await probeOne(harness.runtime(), spec.handle)).toEqual({ state: 'dead', evidence: 'absent' });
});

it('a launch that is asked for again under another launch id only loses its own processes', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const { pid } = await untilState(harness.runtime(), spec.handle, 'alive');
  await harness.runtime().destroy(spec.handle, newLaunchId());
  expect(isGone(pid)).toBe(false);
});

it('an agent that closes its terminal and lives on is alive, not exited', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1', { argv: ['/bin/sh', '-c', 'trap "" HUP; exec sleep 1000 >/dev/null 2>&1 </dev/null'] });
  await harness.runtime().create(spec);
  await eventually(
    'tmux holds its pane for dead',
    async () => (await harness.tmux('list-panes', '-t', '=app-1:', '-F', '#{pane_dead}')).stdout === '1\n',
  );
  const { pid } = await untilState(harness.runtime(), spec.handle, 'alive');
  await harness.runtime().destroy(spec.handle, spec.launchId);
  expect(isGone(pid)).toBe(true);
});

it('every exit is seen, though tmux with utempter loses one in ten', async () => {
  await using harness = await makeTmuxHarness();
  for (let index = 1; index <= 30; index += 1) {
    const spec = makeSpec(harness, `app-${index}`, { argv: ['/bin/sh', '-c', 'exit 5'] });
    await harness.runtime().create(spec);
    expect(await untilState(harness.runtime(), spec.handle, 'exited')).toMatchObject({ exit: { code: 5 } });
  }
});
