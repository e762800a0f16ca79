/**
 * What recording costs the terminals: the same sessions on a real tmux, looked at through the real hub, with recording off and on in
 * turn, in one run. Echo while nothing else happens, echo while another session floods, and the flood itself.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createSystemClock } from '../../server/adapters/system/clock.ts';
import type { ProjectId, SessionId } from '../../server/core/ids.ts';
import { openRecording } from '../../server/daemon/recording.ts';
import { createRecordingLog } from '../../server/testing/fakes/log.ts';
import { eventually } from '../../server/testing/resources.ts';
import { makeTerminalStand, STAND_SIZE, type TerminalStand } from '../../server/testing/terminal-stand.ts';
import type { Bench, Context } from '../harness/context.ts';
import { median, quantile, toText } from '../harness/figures.ts';
import { pause } from '../harness/processes.ts';
import type { Measured } from '../harness/report.ts';

const MODES = ['off', 'on'] as const;
type Mode = (typeof MODES)[number];
type Round = {
  readonly echoMs: readonly number[];
  readonly besideMs: readonly number[];
  readonly floodMs: number;
  readonly floodCpuMs: number;
  readonly stallMs: number;
};

const KEY_PAUSE_MS = 15;
const PROJECT = 'app' as ProjectId;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A viewer that is never behind. */
async function look(stand: TerminalStand, id: string) {
  let text = '';
  let wake: () => void = () => undefined;
  const viewer = await stand.hub.view(
    { session: { by: 'id', id: id as SessionId }, who: null, size: STAND_SIZE, visibility: 'visible', access: 'full' },
    {
      output(_kind, data) {
        viewer.ack(data.length);
        text = (text + decoder.decode(data)).slice(-20_000);
        wake();
      },
      sized: () => undefined,
      watchers: () => undefined,
      ended: () => undefined,
    },
  );
  viewer.begin();
  let seq = 0;
  return {
    type(typed: string) {
      seq += 1;
      return viewer.input(seq, encoder.encode(typed));
    },
    clear: () => {
      text = '';
    },
    until: (wanted: string) =>
      new Promise<void>((resolve) => {
        wake = () => {
          if (text.includes(wanted)) resolve();
        };
        wake();
      }),
    detach: viewer.detach,
  };
}

type Viewer = Awaited<ReturnType<typeof look>>;

async function echo(viewer: Viewer, count: number): Promise<readonly number[]> {
  const took: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    // Letters that tmux cannot confuse with those around them.
    const key = String.fromCharCode(65 + (turn % 26));
    viewer.clear();
    const beganMs = performance.now();
    void viewer.type(key);
    await viewer.until(key);
    took.push(performance.now() - beganMs);
    await pause(KEY_PAUSE_MS);
  }
  return took;
}

function figures(of: readonly Round[]) {
  const echoMs = of.flatMap((each) => each.echoMs);
  const besideMs = of.flatMap((each) => each.besideMs);
  return {
    'echo p50 ms': median(echoMs),
    'echo p95 ms': quantile(echoMs, 0.95),
    'beside a flood p50 ms': median(besideMs),
    'beside a flood p95 ms': quantile(besideMs, 0.95),
    'flood ms': median(of.map((each) => each.floodMs)),
    'flood CPU ms': median(of.map((each) => each.floodCpuMs)),
    'longest stall ms': Math.max(...of.map((each) => each.stallMs)),
  };
}

async function measure({ quick }: Context): Promise<Measured> {
  const [rounds, keys, floodLines] = quick ? [1, 40, 20_000] : [3, 100, 60_000];
  await using stand = await makeTerminalStand({ kind: 'tmux' });
  const recording = openRecording({
    dataDir: stand.harness.dataDir,
    store: stand.store,
    terminals: stand.hub,
    limits: { perSessionBytes: 1 << 26, inAllBytes: 1 << 28, maxAgeMs: 86_400_000 },
    clock: createSystemClock(),
    log: createRecordingLog(),
  });
  recording.start();
  let nextSession = 1;

  async function round(mode: Mode): Promise<Round> {
    stand.store.projects.update(PROJECT, { record: mode });
    const [typed, flood] = [`app-${nextSession}`, `app-${nextSession + 1}`];
    nextSession += 2;
    await stand.run(typed, ['/bin/sh', '-c', 'exec cat >/dev/null']);
    await stand.run(flood, [
      '/bin/sh',
      '-c',
      `while read -r what; do seq 1 ${floodLines} | sed "s/\\(.*\\)/$(printf '\\033')[3\\1m line \\1 of a flood that goes on and on/"; echo "$what done"; done`,
    ]);
    const [one, two] = [await look(stand, typed), await look(stand, flood)];
    if (mode === 'on')
      await eventually('both are recorded', () =>
        [typed, flood].every((id) => recording.recorder.stateOf(id as SessionId).state === 'recording'),
      );
    await echo(one, 20);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const echoMs = await echo(one, keys);

    const cpu = process.cpuUsage();
    const beganMs = performance.now();
    void two.type('alone\r');
    await two.until('alone done');
    const floodMs = performance.now() - beganMs;
    const { user, system } = process.cpuUsage(cpu);

    void two.type('beside\r');
    let isOver = false;
    void two.until('beside done').then(() => {
      isOver = true;
    });
    const besideMs: number[] = [];
    while (!isOver && besideMs.length < keys) besideMs.push(...(await echo(one, 5)));
    if (!isOver) await two.until('beside done');
    delay.disable();
    one.detach();
    two.detach();
    for (const id of [typed, flood])
      stand.store.sessions.update(id as SessionId, { phase: 'terminated' }, { kind: 'bench', reason: 'over' });
    return { echoMs, besideMs, floodMs, floodCpuMs: (user + system) / 1_000, stallMs: delay.max / 1e6 };
  }

  try {
    await round('off');
    const all: Record<Mode, Round[]> = { off: [], on: [] };
    // In turn, and the other one first each time, so that neither has the quieter machine.
    for (let turn = 0; turn < rounds; turn += 1)
      for (const mode of turn % 2 === 0 ? MODES : MODES.toReversed()) all[mode].push(await round(mode));
    const beganMs = performance.now();
    await eventually(
      'what was recorded is in the index',
      () => recording.service.find({ text: `${floodLines} of a flood`, sessionId: null, limit: 1 }).length > 0,
      { limitMs: 120_000 },
    );
    const indexedMs = performance.now() - beganMs;
    const askedMs = performance.now();
    recording.service.find({ text: 'line flood', sessionId: null, limit: 50 });
    const searchMs = performance.now() - askedMs;
    const [off, on] = [figures(all.off), figures(all.on)];
    return {
      runs: `${rounds} rounds each, in turn: ${keys} keys alone, as many beside a flood of ${floodLines} lines`,
      checks: [],
      figures: Object.fromEntries([
        ...Object.entries(off).flatMap(([name, value]) => {
          const recorded = on[name as keyof typeof on];
          return [[name, `${toText(recorded)} on, ${toText(value)} off (${toText(recorded / value)} ×)`]];
        }),
        ['the index was behind ms', indexedMs],
        ['a search ms', searchMs],
      ]),
    };
  } finally {
    await recording.stop();
  }
}

export const RECORDING_ROWS: readonly Bench[] = [
  {
    name: 'recording',
    subject: 'terminals while they are recorded',
    baseline: 'the same with recording off',
    target: 'none: shown',
    measure,
  },
];
