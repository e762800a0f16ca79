/** Every check of the oracle, shown to be able to fail: a world that is as predicted, and one thing at a time that is not. */
import { describe, expect, it } from 'vitest';
import { createModel, type Expected, type Model } from './model.ts';
import { type Count, judge, type Seen, type SeenFile, type SeenRow } from './oracle.ts';
import { rowOf, seenOf } from './well.ts';

const ORCHESTRATOR: Expected = {
  id: 'app-1',
  kind: 'orchestrator',
  role: 'shell',
  workspacePath: '/w/app-1',
  branch: 'ao/app-1',
  agentSessionId: null,
  phase: 'live',
  launchId: 'l1',
  panePid: 101,
  comesBack: 'yes',
  due: 'nothing',
  work: 'in its worktree',
  exitedLaunches: [],
};
const worker = (n: number, patch: Partial<Expected> = {}): Expected => ({
  ...ORCHESTRATOR,
  id: `app-${n}`,
  kind: 'worker',
  role: 'keeper',
  workspacePath: `/w/app-${n}`,
  branch: `ao/app-${n}`,
  launchId: `l${n}`,
  panePid: 100 + n,
  ...patch,
});
const TALKER = worker(4, { role: 'talker', agentSessionId: 'c4' });
const SESSIONS = [ORCHESTRATOR, worker(2), worker(3, { phase: 'terminated' }), TALKER, worker(5, { phase: 'exited' })];

function makeModel(patches: Readonly<Record<string, Partial<Expected>>> = {}): Model {
  const model = createModel();
  for (const session of SESSIONS) model.put({ ...session, ...patches[session.id] });
  model.send({ sessionId: 'app-2', key: 'k1', text: 'hello' });
  return model;
}

/** As it must be. */
const ALL_IS_WELL: Seen = { ...seenOf(makeModel()), processes: [{ pid: 102, sessionId: 'app-2', launchId: 'l2' }] };

const withRow = (id: string, patch: Partial<SeenRow>): Pick<Seen, 'rows'> => ({
  rows: ALL_IS_WELL.rows.map((row) => (row.id === id ? { ...row, ...patch } : row)),
});
const withoutPane = (launchId: string): Pick<Seen, 'panes'> => ({
  panes: ALL_IS_WELL.panes?.filter((pane) => pane.launchId !== launchId) ?? [],
});
const withFile = (file: SeenFile): Pick<Seen, 'precious'> => ({ precious: new Map([...ALL_IS_WELL.precious, ['app-3', file]]) });
const extraRow = (patch: Partial<SeenRow>): Pick<Seen, 'rows'> => ({ rows: [...ALL_IS_WELL.rows, { ...rowOf(worker(9)), ...patch }] });

const counts = (findings: readonly { readonly count: Count }[]): readonly Count[] => findings.map(({ count }) => count);
const judged = (seen: Partial<Seen>, model = makeModel()) => {
  const { broken, due } = judge(model, { ...ALL_IS_WELL, ...seen });
  return { broken: counts(broken), due: counts(due) };
};

it('finds nothing where everything is as predicted', () => {
  expect(judged({})).toEqual({ broken: [], due: [] });
});

describe('can never be excused', () => {
  it.each<[string, Count, Partial<Seen>]>([
    ['a row that is gone', 'sessionsLost', { rows: ALL_IS_WELL.rows.filter(({ id }) => id !== 'app-2') }],
    ['another worktree', 'sessionsLost', withRow('app-2', { workspacePath: '/elsewhere' })],
    ['another branch', 'sessionsLost', withRow('app-2', { branch: 'other' })],
    ['another conversation', 'sessionsLost', withRow('app-4', { agentSessionId: 'c5' })],
    ['a worker that became something else', 'sessionsLost', withRow('app-2', { kind: 'orchestrator', phase: 'terminated' })],
    ['an exited session that was terminated', 'sessionsLost', withRow('app-5', { phase: 'terminated' })],
    ['a second orchestrator', 'duplicateOrchestrators', withRow('app-2', { kind: 'orchestrator' })],
    ['a live session called terminated', 'falseDeaths', withRow('app-2', { phase: 'terminated' })],
    ['a live session called exited', 'falseDeaths', withRow('app-2', { status: 'exited' })],
    ['a relaunch of what lived', 'falseDeaths', withRow('app-2', { launchId: 'l2b' })],
    ['an agent whose process is gone', 'falseDeaths', withoutPane('l2')],
    ['an agent that is another process', 'falseDeaths', { panes: [{ pid: 999, dead: false, launchId: 'l2' }] }],
    ['a killed session that is back', 'resurrectedKills', withRow('app-3', { phase: 'live', status: 'running' })],
    ['an exited session that was relaunched', 'unpredicted', withRow('app-5', { launchId: 'l5b', status: 'running' })],
    ['a row that nobody asked for', 'unpredicted', extraRow({})],
    ['a file that is gone', 'filesLost', withFile({ inWorktree: 'lost', inRef: 'whole' })],
    ['a message twice', 'messagesDoubled', { inboxes: new Map([['app-2', ['hello', 'hello']]]) }],
  ])('%s: %s', (_what, count, seen) => {
    expect(judged(seen).broken).toContain(count);
  });

  it('a terminated session whose relaunch was due: sessionsLost', () => {
    const model = makeModel({ 'app-2': { due: 'relaunch' } });
    expect(judged(withRow('app-2', { phase: 'terminated' }), model).broken).toEqual(['sessionsLost']);
  });

  it('of one that was replaced: work that is in no ref, and a row that does not name its successor', () => {
    const model = makeModel({ 'app-3': { work: 'captured' } });
    const replaced = { ...withRow('app-3', { replacedBy: 'app-1' }), ...withFile({ inWorktree: 'lost', inRef: 'whole' }) };
    const worktrees = ALL_IS_WELL.worktrees.filter((path) => path !== '/w/app-3');
    expect(judged({ ...replaced, worktrees }, model)).toEqual({ broken: [], due: [] });
    expect(judged(replaced, model)).toEqual({ broken: [], due: ['unpredicted'] });
    expect(judged({ ...replaced, worktrees, ...withFile({ inWorktree: 'whole', inRef: 'lost' }) }, model).broken).toEqual(['filesLost']);
    expect(judged({ ...replaced, worktrees, ...withRow('app-3', {}) }, model).broken).toEqual(['unpredicted']);
  });

  it('a conversation that began anew: sessionsLost', () => {
    const model = makeModel({ 'app-4': { due: 'relaunch' } });
    const seen = {
      ...withRow('app-4', { launchId: 'l4b' }),
      panes: [...(ALL_IS_WELL.panes ?? []), { pid: 204, dead: false, launchId: 'l4b' }],
    };
    expect(judged({ ...seen, conversations: new Map([['c4', ['new', 'new']]]) }, model).broken).toEqual(['sessionsLost']);
    expect(judged({ ...seen, conversations: new Map([['c4', ['new', 'resumed']]]) }, model).broken).toEqual([]);
    expect(judged({ ...seen, conversations: new Map([['c4', ['new']]]) }, model).due).toContain('sessionsLost');
  });
});

describe('may still come', () => {
  it.each<[string, Count, Partial<Seen>]>([
    ['a daemon that does not answer', 'unsettled', { daemonPid: null }],
    ['a status that is passing', 'unsettled', withRow('app-2', { status: 'unknown' })],
    ['a session that needs recovery', 'unsettled', withRow('app-2', { status: 'needs_recovery' })],
    ['an exit that was not noticed', 'unsettled', withRow('app-5', { status: 'running' })],
    ['a second daemon', 'orphanDaemons', { daemonPids: [7, 8] }],
    ['a runtime of nobody', 'orphanRuntimes', { panes: [...(ALL_IS_WELL.panes ?? []), { pid: 300, dead: false, launchId: 'l0' }] }],
    ['a process of a terminated session', 'orphanRuntimes', { processes: [{ pid: 103, sessionId: 'app-3', launchId: 'l3' }] }],
    ['a process of an earlier launch', 'orphanRuntimes', { processes: [{ pid: 99, sessionId: 'app-2', launchId: 'l0' }] }],
    ['a worktree of nobody', 'unpredicted', { worktrees: [...ALL_IS_WELL.worktrees, '/w/app-9'] }],
    ['a message on its way', 'messagesLost', { inboxes: new Map() }],
  ])('%s: %s', (_what, count, seen) => {
    expect(judged(seen)).toEqual({ broken: [], due: [count] });
  });

  it('a relaunch that is due, until something runs for it', () => {
    const model = makeModel({ 'app-2': { due: 'relaunch' } });
    expect(judged(withoutPane('l2'), model)).toEqual({ broken: [], due: ['unsettled'] });
    const launched = { ...withRow('app-2', { launchId: 'l2b' }), processes: [] };
    expect(judged({ ...launched, ...withoutPane('l2') }, model)).toEqual({ broken: [], due: ['unsettled'] });
    const panes = [...(withoutPane('l2').panes ?? []), { pid: 202, dead: false, launchId: 'l2b' }];
    expect(judged({ ...launched, panes }, model)).toEqual({ broken: [], due: [] });
  });

  it('the end of one that cannot come back, and never a new launch of it (I4)', () => {
    const model = makeModel({ 'app-2': { comesBack: 'no' }, 'app-4': { comesBack: 'yes' } });
    model.hostsGone();
    expect(['app-1', 'app-2', 'app-3', 'app-4', 'app-5'].map((id) => model.get(id).due)).toEqual([
      'relaunch',
      'end',
      'nothing',
      'relaunch',
      'nothing',
    ]);
    const ended = makeModel({ 'app-2': { comesBack: 'no', due: 'end' } });
    const gone = { ...withoutPane('l2'), processes: [] };
    expect(judged(gone, ended)).toEqual({ broken: [], due: ['unsettled'] });
    expect(judged({ ...gone, ...withRow('app-2', { phase: 'terminated', status: 'terminated' }) }, ended)).toEqual({ broken: [], due: [] });
    expect(judged({ ...gone, ...withRow('app-2', { launchId: 'l2b' }) }, ended).broken).toEqual(['unpredicted']);
  });

  it('a session whose spawn was cut off, as long as it is settled', () => {
    const model = makeModel();
    model.spawnCutOff();
    const panes = [...(ALL_IS_WELL.panes ?? []), { pid: 109, dead: false, launchId: 'l9' }];
    expect(judged({ ...extraRow({ phase: 'spawning', status: 'spawning' }), panes }, model)).toEqual({ broken: [], due: ['unsettled'] });
    expect(judged({ ...extraRow({}), panes }, model)).toEqual({ broken: [], due: [] });
    model.closeSpawns();
    expect(judged({ ...extraRow({}), panes }, model).broken).toEqual(['unpredicted']);
  });

  it('a server that an agent left behind when it ended by itself is the user’s', () => {
    const processes = [{ pid: 99, sessionId: 'app-2', launchId: 'l0' }];
    expect(judged({ processes }, makeModel({ 'app-2': { exitedLaunches: ['l0'] } }))).toEqual({ broken: [], due: [] });
  });
});
