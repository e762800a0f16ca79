/** The part of the store's contract that is about sessions, their launches and the orchestrator's slot. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ProjectId, SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { Store } from '../../ports/store.ts';
import { launch, sessionFacts } from '../session-facts.ts';
import { APP, draftOf, messageTo, projectFacts, WHY } from '../store-facts.ts';

/** The store under test, new for each test, with the project `app` in it, and its clock. */
export type StoreBench = { store: Store; now: number };

export const code = (wanted: string) => expect.objectContaining({ name: 'AppError', code: wanted });

export function describeSessionContract(bench: StoreBench): void {
  let store: Store;
  beforeEach(() => {
    store = bench.store;
  });

  const insert = (patch: Partial<Session> = {}): Session => store.sessions.insert(draftOf(patch), WHY);
  const orchestrator = (number: number, patch: Partial<Session> = {}): Session =>
    insert({ number, kind: 'orchestrator', slot: 'current', ...patch });

  describe('sessions', () => {
    test('a session is read back with every fact it was written with', () => {
      const facts = draftOf({
        kind: 'orchestrator',
        slot: 'successor',
        phase: 'live',
        replaces: 'app-7' as SessionId,
        replacedBy: 'app-8' as SessionId,
        command: 'sh -c "x"',
        title: 'Ä title',
        prompt: 'do\nit 🎛',
        endReason: 'merged',
        endDetail: 'detail',
        activity: 'needs_you',
        activitySource: 'hook',
        activityAtMs: 1,
        attention: 'permission',
        firstSignalAtMs: 2,
        agentSessionId: 'conversation',
        exit: { code: 0, signal: null, atMs: 3 },
        recovery: { state: 'failed', reason: 'binary missing', atMs: 4 },
        killRequestedAtMs: 5,
        parked: true,
        preservedRef: 'refs/ao/preserved/app-1',
      });
      const { tokenHash: _tokenHash, ...rest } = facts;
      const session = { ...rest, createdAtMs: bench.now, updatedAtMs: bench.now };
      expect(store.sessions.insert(facts, WHY)).toEqual(session);
      expect(store.sessions.get(facts.id)).toEqual(session);
      expect(store.sessions.list()).toEqual([session]);
    });

    test('the first event holds the facts but no token', () => {
      const session = insert({ prompt: 'remember me' });
      const [event, ...more] = store.sessions.events(session.id);
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        ...WHY,
        sessionId: 'app-1',
        projectId: 'app',
        atMs: bench.now,
        before: null,
        after: { prompt: 'remember me', phase: 'spawning' },
      });
      expect(JSON.stringify(event)).not.toContain('hash-of');
    });

    test('a session of an unknown project is refused and leaves nothing', () => {
      expect(() => insert({ projectId: 'nobody' as ProjectId })).toThrow(code('PROJECT_NOT_FOUND'));
      expect(store.sessions.list()).toEqual([]);
      expect(store.sessions.events('app-1' as SessionId)).toEqual([]);
    });

    test('the list can be narrowed to phases, to a project and to what is parked, in the order of insertion', () => {
      store.projects.insert(projectFacts({ id: 'other' as ProjectId }));
      insert({ number: 1, phase: 'terminated' });
      insert({ number: 2, phase: 'live' });
      insert({ number: 3, phase: 'spawning' });
      insert({ id: 'other-4' as SessionId, projectId: 'other' as ProjectId, number: 4, phase: 'live' });
      const ids = (filter?: Parameters<Store['sessions']['list']>[0]): readonly string[] =>
        store.sessions.list(filter).map((session) => session.id);
      expect(ids()).toEqual(['app-1', 'app-2', 'app-3', 'other-4']);
      expect(ids({ phases: ['spawning', 'live'] })).toEqual(['app-2', 'app-3', 'other-4']);
      expect(ids({ phases: ['live', 'spawning'] })).toEqual(['app-2', 'app-3', 'other-4']);
      expect(ids({ phases: ['live'], projectId: APP })).toEqual(['app-2']);
      expect(ids({ projectId: 'other' as ProjectId })).toEqual(['other-4']);
      expect(ids({ phases: [] })).toEqual([]);
      for (const id of ['app-1', 'app-2']) store.sessions.update(id as SessionId, { parked: true }, WHY);
      expect(ids({ parked: 'yes' })).toEqual(['app-1', 'app-2']);
      expect(ids({ phases: ['terminated'], parked: 'yes' })).toEqual(['app-1']);
      expect(ids({ phases: ['spawning'], parked: 'yes' })).toEqual([]);
    });

    test('an update writes an event with only the facts that changed, old and new', () => {
      insert();
      bench.now = 6_000;
      const changed = store.sessions.update(
        'app-1' as SessionId,
        { phase: 'live', title: 'app-1', exit: { code: 1, signal: null, atMs: 9 } },
        { ...WHY, data: { probe: 'alive' } },
      );
      expect(changed).toMatchObject({ phase: 'live', exit: { code: 1 }, createdAtMs: 5_000, updatedAtMs: 6_000 });
      expect(store.sessions.get(changed.id)).toEqual(changed);
      expect(store.sessions.events(changed.id).at(-1)).toEqual({
        ...WHY,
        seq: expect.any(Number),
        data: { probe: 'alive' },
        sessionId: 'app-1',
        projectId: 'app',
        atMs: 6_000,
        before: { phase: 'spawning', exit: null },
        after: { phase: 'live', exit: { code: 1, signal: null, atMs: 9 } },
      });
    });

    test('an update that changes nothing is logged without facts and does not touch the session', () => {
      const session = insert();
      bench.now = 6_000;
      expect(store.sessions.update(session.id, { phase: 'spawning', workspace: { ...session.workspace } }, WHY)).toEqual(session);
      expect(store.sessions.events(session.id).at(-1)).toMatchObject({ ...WHY, before: null, after: null });
    });

    test('a session that is not there cannot be changed, noted or removed', () => {
      const nobody = 'app-99' as SessionId;
      expect(() => store.sessions.update(nobody, { title: 'x' }, WHY)).toThrow(code('SESSION_NOT_FOUND'));
      expect(() => store.sessions.note(nobody, WHY)).toThrow(code('SESSION_NOT_FOUND'));
      expect(() => store.sessions.remove(nobody, WHY)).toThrow(code('SESSION_NOT_FOUND'));
      expect(() => store.sessions.beginLaunch(nobody, { launchId: launch(9), mode: 'fresh', tokenHash: 'h' }, {}, WHY)).toThrow(
        code('SESSION_NOT_FOUND'),
      );
      expect(store.sessions.get(nobody)).toBeNull();
      expect(store.sessions.events(nobody)).toEqual([]);
      expect(store.sessions.lastEvent(nobody)).toBeNull();
    });

    test('events come back in order, with numbers that only grow', () => {
      const { id } = insert();
      for (const kind of ['a', 'b', 'c']) store.sessions.note(id, { kind, reason: kind });
      const events = store.sessions.events(id);
      expect(events.map((event) => event.kind)).toEqual(['test', 'a', 'b', 'c']);
      expect(events.map((event) => event.seq)).toEqual(events.map((event) => event.seq).toSorted((left, right) => left - right));
      expect(new Set(events.map((event) => event.seq)).size).toBe(4);
      expect(store.sessions.lastEvent(id)).toEqual(events.at(-1));
    });

    test('old events are forgotten, in a session and in all, but never the latest of a kind', () => {
      const [first, second] = [insert({ number: 1 }), insert({ number: 2 })];
      const note = (id: SessionId, ...kinds: readonly string[]): void => {
        for (const kind of kinds) store.sessions.note(id, { kind, reason: kind });
      };
      const kinds = (id: SessionId): string =>
        store.sessions
          .events(id)
          .map(({ kind }) => kind)
          .join(' ');
      note(first.id, 'exited', 'a', 'b', 'a', 'b', 'a');
      note(second.id, 'a', 'a', 'b');
      expect(store.sessions.pruneEvents({ perSession: 100, inAll: 100 })).toBe(0);
      expect(store.sessions.pruneEvents({ perSession: 5, inAll: 100 })).toBe(2);
      expect([kinds(first.id), kinds(second.id)]).toEqual(['test exited a b a', 'test a a b']);
      expect(store.sessions.pruneEvents({ perSession: 5, inAll: 8 })).toBe(1);
      expect([kinds(first.id), kinds(second.id)]).toEqual(['test exited b a', 'test a a b']);
      expect(store.sessions.pruneEvents({ perSession: 1, inAll: 1 })).toBe(1);
      expect([kinds(first.id), kinds(second.id)]).toEqual(['test exited b a', 'test a b']);
      expect(store.sessions.get(first.id)).toEqual(first);
    });

    test('L1 an undone spawn leaves its events, the last one with the prompt and what was still to be delivered', () => {
      const { id } = insert({ prompt: 'keep my words' });
      store.messages.enqueue(messageTo(id, { text: 'and these' }));
      store.sessions.remove(id, { kind: 'undone', reason: 'the worktree failed', data: { step: 'worktree' } });
      expect(store.sessions.get(id)).toBeNull();
      expect(store.sessions.launchIds(id)).toEqual([]);
      expect(store.messages.list(id)).toEqual([]);
      const last = store.sessions.events(id).at(-1);
      expect(last).toMatchObject({
        kind: 'undone',
        data: { step: 'worktree' },
        after: null,
        before: { prompt: 'keep my words', undelivered: [{ text: 'and these' }] },
      });
    });

    test('what was handed out cannot be used to change what is stored', () => {
      const session = insert({ workspace: { ...sessionFacts().workspace } });
      (session.workspace as { branch: string }).branch = 'changed behind the back';
      expect(store.sessions.get(session.id)?.workspace.branch).toBe('ao/app-1');
    });
  });

  describe('launches', () => {
    test('a further launch becomes the current one, joins the history and starts without a signal', () => {
      insert({ phase: 'live', firstSignalAtMs: 1, launchId: launch(1) });
      bench.now = 7_000;
      const again = store.sessions.beginLaunch(
        'app-1' as SessionId,
        { launchId: launch(2), mode: 'resumed', tokenHash: 'second' },
        { exit: null, activity: 'idle' },
        WHY,
      );
      expect(again).toMatchObject({
        launchId: launch(2),
        launchMode: 'resumed',
        launchedAtMs: 7_000,
        firstSignalAtMs: null,
        activity: 'idle',
      });
      expect(store.sessions.launchIds(again.id)).toEqual([launch(1), launch(2)]);
      expect(store.sessions.events(again.id).at(-1)).toMatchObject({
        before: { launchId: launch(1) },
        after: { launchId: launch(2), launchMode: 'resumed' },
      });
    });

    test('D3 a token finds its session and the launch it was given to, also when a later one is current', () => {
      insert({ launchId: launch(1) });
      const { session } = store.sessions.findByTokenHash(`hash-of-${launch(1)}`) ?? {};
      expect(session?.id).toBe('app-1');
      store.sessions.beginLaunch('app-1' as SessionId, { launchId: launch(2), mode: 'fresh', tokenHash: 'second' }, {}, WHY);
      expect(store.sessions.findByTokenHash(`hash-of-${launch(1)}`)).toMatchObject({
        launchId: launch(1),
        session: { launchId: launch(2) },
      });
      expect(store.sessions.findByTokenHash('second')).toMatchObject({ launchId: launch(2) });
      expect(store.sessions.findByTokenHash('never given')).toBeNull();
    });

    test('S5 a launch id or a token that was used before is refused and changes nothing', () => {
      insert({ number: 1, launchId: launch(1) });
      const before = insert({ number: 2, launchId: launch(2) });
      expect(() => store.sessions.beginLaunch(before.id, { launchId: launch(1), mode: 'fresh', tokenHash: 'new' }, {}, WHY)).toThrow(
        /unique/i,
      );
      expect(() =>
        store.sessions.beginLaunch(before.id, { launchId: launch(3), mode: 'fresh', tokenHash: `hash-of-${launch(1)}` }, {}, WHY),
      ).toThrow(/unique/i);
      expect(store.sessions.get(before.id)).toEqual(before);
      expect(store.sessions.events(before.id)).toHaveLength(1);
      expect(store.sessions.launchIds(before.id)).toEqual([launch(2)]);
    });
  });

  describe('the orchestrator slot (I3)', () => {
    test('a second one that is spawning or live is refused and leaves nothing', () => {
      orchestrator(1);
      expect(() => orchestrator(2)).toThrow(code('ORCHESTRATOR_EXISTS'));
      store.sessions.update('app-1' as SessionId, { phase: 'live' }, WHY);
      expect(() => orchestrator(3, { phase: 'live' })).toThrow(code('ORCHESTRATOR_EXISTS'));
      expect(store.sessions.list().map((session) => session.id)).toEqual(['app-1']);
      expect(store.sessions.events('app-2' as SessionId)).toEqual([]);
      expect(store.sessions.findByTokenHash(`hash-of-${launch(2)}`)).toBeNull();
    });

    test('another project has its own, and workers are not counted', () => {
      store.projects.insert(projectFacts({ id: 'other' as ProjectId }));
      orchestrator(1);
      orchestrator(2, { id: 'other-2' as SessionId, projectId: 'other' as ProjectId });
      insert({ number: 3 });
      insert({ number: 4 });
      expect(store.sessions.list()).toHaveLength(4);
    });

    test('a terminated one makes room, and cannot come back beside its follower', () => {
      orchestrator(1);
      store.sessions.update('app-1' as SessionId, { phase: 'terminated', slot: null, endReason: 'killed' }, WHY);
      orchestrator(2);
      const back = { phase: 'live', slot: 'current' } as const;
      expect(() => store.sessions.update('app-1' as SessionId, back, WHY)).toThrow(code('ORCHESTRATOR_EXISTS'));
      expect(() =>
        store.sessions.beginLaunch('app-1' as SessionId, { launchId: launch(9), mode: 'fresh', tokenHash: 'h' }, back, WHY),
      ).toThrow(code('ORCHESTRATOR_EXISTS'));
      expect(store.sessions.get('app-1' as SessionId)).toMatchObject({ phase: 'terminated', slot: null, launchId: launch(1) });
      expect(store.sessions.launchIds('app-1' as SessionId)).toEqual([launch(1)]);
      expect(store.sessions.events('app-1' as SessionId)).toHaveLength(2);
    });

    test('a successor may stand beside the current one', () => {
      orchestrator(1);
      expect(orchestrator(2, { slot: 'successor' }).slot).toBe('successor');
      expect(() => orchestrator(3, { slot: 'successor' })).toThrow(code('ORCHESTRATOR_EXISTS'));
    });

    test('current and successor change places in one step, or not at all', () => {
      const [old, next] = [orchestrator(1, { phase: 'live' }), orchestrator(2, { phase: 'live', slot: 'successor' })];
      const retire = { id: old.id, patch: { phase: 'terminated', slot: null, replacedBy: next.id }, event: WHY } as const;
      const promote = { id: next.id, patch: { slot: 'current' }, event: WHY } as const;
      expect(() => store.sessions.updateAll([promote, retire])).toThrow(code('ORCHESTRATOR_EXISTS'));
      const nobody = { id: 'app-99' as SessionId, patch: {}, event: WHY };
      expect(() => store.sessions.updateAll([retire, promote, nobody])).toThrow(code('SESSION_NOT_FOUND'));
      expect(store.sessions.list()).toEqual([old, next]);
      expect(store.sessions.events(old.id)).toHaveLength(1);
      expect(store.sessions.updateAll([retire, promote])).toMatchObject([{ slot: null, replacedBy: next.id }, { slot: 'current' }]);
      expect([old, next].map(({ id }) => store.sessions.events(id).length)).toEqual([2, 2]);
    });

    test('nobody slips past it: an orchestrator that runs has a slot, a worker has none', () => {
      expect(() => orchestrator(1, { slot: null })).toThrow(/orchestrator_has_slot|holds a slot/);
      expect(() => insert({ number: 2, kind: 'worker', slot: 'current' })).toThrow(/worker_has_no_slot|holds no slot/);
      expect(store.sessions.list()).toEqual([]);
    });
  });
}
