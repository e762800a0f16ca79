import { expect, it } from 'vitest';
import { selectLaunch } from './launch-selection.ts';
import { environHas, type ProcessFacts, parseProcStat } from './proc-stat.ts';
import { parsePsEnvironment, parsePsLine } from './process-source-ps.ts';

const STAT = '4711 (NAME) S 17 4711 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 1 18446744073709551615';

it.each(['cat', 'a b', ') S 1 1 1 (', 'tmux: server', '\n'])('reads a stat line of a process that calls itself %j', (name) => {
  expect(parseProcStat(STAT.replace('NAME', name))).toEqual({
    pid: 4711,
    parentPid: 17,
    sessionId: 42,
    startedAt: '987654',
    state: 'running',
  });
});

it('knows a zombie, and takes nothing for a process that is none', () => {
  expect(parseProcStat(STAT.replace(') S ', ') Z '))).toMatchObject({ state: 'zombie' });
  for (const text of ['', '4711', '4711 (cat', 'x (cat) S 1 2 3']) expect(parseProcStat(text)).toBeNull();
});

it('finds an environment entry only as a whole entry', () => {
  const entry = 'AO_LAUNCH_ID=abc';
  for (const environ of [`${entry}\0`, `A=1\0${entry}\0B=2\0`, `A=1\0${entry}\0`, `A=1\0${entry}`])
    expect(environHas(Buffer.from(environ), entry)).toBe(true);
  for (const environ of ['', `X${entry}\0`, `${entry}d\0`, `A=${entry}\0`, `A=1\0X${entry}\0`])
    expect(environHas(Buffer.from(environ), entry)).toBe(false);
});

it('reads the lines of ps on macOS', () => {
  expect(parsePsLine('  501     1   501 Ss   Mon Nov  3 09:01:02 2025    ')).toEqual({
    pid: 501,
    parentPid: 1,
    sessionId: 501,
    startedAt: 'Mon Nov  3 09:01:02 2025',
    state: 'running',
  });
  expect(parsePsLine('  502   501   501 Z+   Mon Nov  3 09:01:02 2025')).toMatchObject({ state: 'zombie' });
  expect(parsePsLine('PID PPID')).toBeNull();
  expect(
    parsePsEnvironment(
      '  1 /sbin/launchd\n 77 node x.js A=1 AO_LAUNCH_ID=abc B=2\n 78 node AO_LAUNCH_ID=abcd\n 79 sh AO_LAUNCH_ID=abc\n',
      'AO_LAUNCH_ID=abc',
    ),
  ).toEqual(new Set([77, 79]));
});

const facts = (pid: number, parentPid: number, sessionId: number): ProcessFacts => ({
  pid,
  parentPid,
  sessionId,
  startedAt: `s${pid}`,
  state: 'running',
});
const none = { rootPid: null, carriers: new Set<number>(), known: new Set<string>(), protect: new Set<number>() };
const pids = (found: readonly ProcessFacts[]): number[] => found.map(({ pid }) => pid).sort((left, right) => left - right);

const TABLE = [
  facts(1, 0, 1),
  facts(10, 1, 10), // the pane's process
  facts(11, 10, 10),
  facts(12, 11, 12), // setsid below it
  facts(13, 1, 10), // orphan of its session
  facts(14, 1, 14), // double-forked and setsid: only its environment tells
  facts(15, 14, 15),
  facts(20, 1, 20), // a stranger
  facts(21, 20, 20),
];

it('L8: takes the root, its session, what carries the launch id, and all below them', () => {
  expect(pids(selectLaunch(TABLE, { ...none, rootPid: 10, carriers: new Set([14]) }))).toEqual([10, 11, 12, 13, 14, 15]);
});

it('without a root takes the carriers only, and nothing when there are none', () => {
  expect(pids(selectLaunch(TABLE, { ...none, carriers: new Set([14]) }))).toEqual([14, 15]);
  expect(selectLaunch(TABLE, none)).toEqual([]);
});

it('keeps to what it found before, by pid and start time', () => {
  expect(pids(selectLaunch(TABLE, { ...none, known: new Set(['12@s12', '20@another start']) }))).toEqual([12]);
});

it('never takes a protected process, nor what is below it', () => {
  expect(pids(selectLaunch(TABLE, { ...none, rootPid: 10, carriers: new Set([20, 21, 14]), protect: new Set([14, 20]) }))).toEqual([
    10, 11, 12, 13, 21,
  ]);
});
