/**
 * What recording costs the terminals: the same sessions on a real tmux, looked at through the real hub, with recording off and on in
 * turn, in one run. Echo while nothing else happens, echo while another session floods, and the flood itself.
 *
 *   npm run bench:recording -- [--rounds 3] [--keys 150] [--flood-lines 60000] [--json]
 */
import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createSystemClock } from '../server/adapters/system/clock.ts';
import type { ProjectId, SessionId } from '../server/core/ids.ts';
import { openRecording } from '../server/daemon/recording.ts';
import { createRecordingLog } from '../server/testing/fakes/log.ts';
import { eventually } from '../server/testing/resources.ts';
import { makeTerminalStand, STAND_SIZE } from '../server/testing/terminal-stand.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    keys: { type: 'string', default: '150' },
    'flood-lines': { type: 'string', default: '60000' },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, keys, floodLines] = [Number(values.rounds), Number(values.keys), Number(values['flood-lines'])];
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

/** A viewer that is never behind. */
async function look(id: string) {
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

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

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
  const [one, two] = [await look(typed), await look(flood)];
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
  for (const id of [typed, flood]) stand.store.sessions.update(id as SessionId, { phase: 'terminated' }, { kind: 'bench', reason: 'over' });
  return { echoMs, besideMs, floodMs, floodCpuMs: (user + system) / 1_000, stallMs: delay.max / 1e6 };
}

const quantile = (numbers: readonly number[], q: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(q * numbers.length))] ?? Number.NaN;
const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

await round('off');
const all: Record<Mode, Round[]> = { off: [], on: [] };
// In turn, and the other one first each time, so that neither has the quieter machine.
for (let turn = 0; turn < rounds; turn += 1)
  for (const mode of turn % 2 === 0 ? MODES : MODES.toReversed()) all[mode].push(await round(mode));

function figures(of: readonly Round[]) {
  const echoMs = of.flatMap((each) => each.echoMs);
  const besideMs = of.flatMap((each) => each.besideMs);
  return {
    echoP50Ms: median(echoMs),
    echoP95Ms: quantile(echoMs, 0.95),
    besideFloodP50Ms: median(besideMs),
    besideFloodP95Ms: quantile(besideMs, 0.95),
    floodMs: median(of.map((each) => each.floodMs)),
    floodCpuMs: median(of.map((each) => each.floodCpuMs)),
    longestStallMs: Math.max(...of.map((each) => each.stallMs)),
  };
}

const kept = (await Promise.all(stand.store.sessions.list().map(({ id }) => recording.service.list({ by: 'id', id })))).flatMap(
  ({ segments }) => segments,
);
const beganMs = performance.now();
await eventually(
  'what was recorded is in the index',
  () => recording.service.find({ text: `${floodLines} of a flood`, sessionId: null, limit: 1 }).length > 0,
  { limitMs: 120_000 },
);
const indexedMs = performance.now() - beganMs;
const askedMs = performance.now();
const hits = recording.service.find({ text: 'line flood', sessionId: null, limit: 50 }).length;
const searchMs = performance.now() - askedMs;
const [off, on] = [figures(all.off), figures(all.on)];
const result = {
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
  rounds,
  off,
  on,
  ratios: Object.fromEntries(Object.keys(off).map((key) => [key, on[key as keyof typeof on] / off[key as keyof typeof off]])),
  recorded: { segments: kept.length, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) },
  index: { behindMs: indexedMs, hits, searchMs },
};
await recording.stop();
if (values.json) console.log(JSON.stringify(result));
else {
  console.log(result.machine);
  console.table({ off, on, ratio: result.ratios });
  console.log(result.recorded, result.index);
}
