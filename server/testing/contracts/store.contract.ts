/** What every `Store` promises, run against the fake and the SQLite adapter alike. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BriefingRecord } from '../../core/briefing/briefing.ts';
import type { MessageId, ProjectId, SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { Message, Store } from '../../ports/store.ts';
import { launch } from '../session-facts.ts';
import { APP, draftOf, messageTo, projectFacts, WHY } from '../store-facts.ts';
import { describeDeviceContract } from './store-devices.contract.ts';
import { code, describeSessionContract, type StoreBench } from './store-sessions.contract.ts';

export type StoreMaker = (options: { readonly nowMs: () => number }) => { readonly store: Store; readonly dispose: () => void };

export function describeStoreContract(name: string, make: StoreMaker): void {
  describe(`${name} as a Store`, () => {
    const bench = { now: 0 } as StoreBench;
    let store: Store;
    let dispose: () => void;

    beforeEach(() => {
      bench.now = 5_000;
      ({ store, dispose } = make({ nowMs: () => bench.now }));
      bench.store = store;
      store.projects.insert(projectFacts());
    });
    afterEach(() => dispose());

    const insert = (patch: Partial<Session> = {}): Session => store.sessions.insert(draftOf(patch), WHY);

    describe('projects', () => {
      test('a project is read back as it was written', () => {
        const project = projectFacts({ id: 'other' as ProjectId, orchestratorCommand: 'run "me"\n', env: { A: 'ä\n"' } });
        expect(store.projects.insert(project)).toEqual(project);
        expect(store.projects.get(project.id)).toEqual(project);
        expect(store.projects.list()).toEqual([projectFacts(), project]);
        expect(store.projects.get('nobody' as ProjectId)).toBeNull();
      });

      test('an id that is taken is refused and the first project stays', () => {
        expect(() => store.projects.insert(projectFacts({ name: 'Another' }))).toThrow(code('PROJECT_EXISTS'));
        expect(store.projects.get(APP)?.name).toBe('App');
      });

      test('an update changes what it names and the time, and nothing else', () => {
        expect(store.projects.update(APP, { base: 'trunk', env: {} })).toEqual(
          projectFacts({ base: 'trunk', env: {}, updatedAtMs: bench.now }),
        );
        expect(() => store.projects.update('nobody' as ProjectId, {})).toThrow(code('PROJECT_NOT_FOUND'));
      });

      test('removing a project removes its sessions, launches, messages and events, and those of no other', () => {
        store.projects.insert(projectFacts({ id: 'other' as ProjectId }));
        const gone = insert({ number: 1 });
        const stays = insert({ id: 'other-1' as SessionId, projectId: 'other' as ProjectId, number: 2 });
        store.messages.enqueue(messageTo(gone.id));
        store.projects.remove(APP);
        expect(store.projects.list().map((project) => project.id)).toEqual(['other']);
        expect(store.sessions.get(gone.id)).toBeNull();
        expect(store.sessions.launchIds(gone.id)).toEqual([]);
        expect(store.sessions.findByTokenHash(`hash-of-${gone.launchId}`)).toBeNull();
        expect(store.sessions.events(gone.id)).toEqual([]);
        expect(store.messages.list(gone.id)).toEqual([]);
        expect(store.messages.pendingSessions()).toEqual([]);
        expect(store.sessions.list()).toEqual([stays]);
        expect(store.sessions.events(stays.id)).toHaveLength(1);
        expect(() => store.projects.remove(APP)).toThrow(code('PROJECT_NOT_FOUND'));
      });
    });

    describe('session numbers', () => {
      test('count up per project and never go back, not even when the project is removed and added again', () => {
        store.projects.insert(projectFacts({ id: 'other' as ProjectId }));
        expect([store.sessions.nextNumber(APP), store.sessions.nextNumber(APP)]).toEqual([1, 2]);
        expect(store.sessions.nextNumber('other' as ProjectId)).toBe(1);
        store.projects.remove(APP);
        expect(() => store.sessions.nextNumber(APP)).toThrow(code('PROJECT_NOT_FOUND'));
        store.projects.insert(projectFacts());
        expect(store.sessions.nextNumber(APP)).toBe(3);
      });
    });

    describeSessionContract(bench);
    describeDeviceContract(bench);

    describe('messages', () => {
      let id: SessionId;
      beforeEach(() => {
        id = insert({ phase: 'live' }).id;
      });

      test('a message is queued and read back as it was sent', () => {
        const message = store.messages.enqueue(messageTo(id, { text: 'say\n"ä" 🎛' }));
        expect(message).toMatchObject({
          sessionId: id,
          state: 'queued',
          reason: null,
          launchId: null,
          submitStartedAtMs: null,
          createdAtMs: bench.now,
          text: 'say\n"ä" 🎛',
        });
        expect(store.messages.get(message.id)).toEqual(message);
        expect(store.messages.list(id)).toEqual([message]);
        expect(store.messages.get('nothing' as MessageId)).toBeNull();
      });

      test('D2 the same key and text answers the first message; another text is refused', () => {
        const first = store.messages.enqueue(messageTo(id, { key: 'k', text: 'once', n: 1 }));
        expect(store.messages.enqueue(messageTo(id, { key: 'k', text: 'once', n: 2 }))).toEqual(first);
        expect(() => store.messages.enqueue(messageTo(id, { key: 'k', text: 'twice', n: 3 }))).toThrow(code('IDEMPOTENCY_CONFLICT'));
        expect(store.messages.list(id)).toEqual([first]);
      });

      test('D2 a key belongs to its session', () => {
        const other = insert({ number: 2, phase: 'live' }).id;
        store.messages.enqueue(messageTo(id, { key: 'k', n: 1 }));
        expect(store.messages.enqueue(messageTo(other, { key: 'k', text: 'another', n: 2 })).sessionId).toBe(other);
      });

      test('D2 the key still answers after the message was delivered', () => {
        const first = store.messages.enqueue(messageTo(id, { key: 'k' }));
        store.messages.update(first.id, { state: 'submitted' });
        expect(store.messages.enqueue(messageTo(id, { key: 'k' }))).toMatchObject({ id: first.id, state: 'submitted' });
      });

      test('T8 a lone surrogate does not make a message differ from itself', () => {
        const first = store.messages.enqueue(messageTo(id, { key: 'k', text: 'half \ud83c of it' }));
        expect(store.messages.enqueue(messageTo(id, { key: 'k', text: 'half \ud83c of it' }))).toEqual(first);
      });

      test('next is the oldest that is on its way; the last states leave the queue', () => {
        const [first, second, third] = [1, 2, 3].map((n) => store.messages.enqueue(messageTo(id, { n }))) as [Message, Message, Message];
        expect(store.messages.next(id)?.id).toBe(first.id);
        for (const state of ['pasted', 'echoed'] as const) {
          store.messages.update(first.id, { state });
          expect(store.messages.next(id)?.id).toBe(first.id);
        }
        store.messages.update(first.id, { state: 'submitted' });
        expect(store.messages.next(id)?.id).toBe(second.id);
        store.messages.update(second.id, { state: 'failed', reason: 'gone' });
        expect(store.messages.next(id)?.id).toBe(third.id);
        expect(store.messages.pendingSessions()).toEqual([id]);
        store.messages.update(third.id, { state: 'accepted' });
        expect(store.messages.next(id)).toBeNull();
        expect(store.messages.pendingSessions()).toEqual([]);
        expect(store.messages.list(id).map((message) => message.state)).toEqual(['submitted', 'failed', 'accepted']);
      });

      test('an update changes what it names and the time', () => {
        const { id: messageId } = store.messages.enqueue(messageTo(id));
        bench.now = 8_000;
        expect(store.messages.update(messageId, { state: 'pasted', launchId: launch(1), submitStartedAtMs: 7_999 })).toMatchObject({
          state: 'pasted',
          launchId: launch(1),
          submitStartedAtMs: 7_999,
          text: 'text 1',
          createdAtMs: 5_000,
          updatedAtMs: 8_000,
        });
        expect(() => store.messages.update('nothing' as MessageId, { state: 'failed' })).toThrow(code('SESSION_NOT_FOUND'));
      });

      test('a message to a session that is not there is refused', () => {
        expect(() => store.messages.enqueue(messageTo('app-99' as SessionId))).toThrow(code('SESSION_NOT_FOUND'));
      });
    });

    describe('facts of the data directory', () => {
      test('nothing is known of an earlier run until it is recorded', () => {
        expect([store.meta.lastStop(), store.meta.lastBootId(), store.meta.keepDaemon()]).toEqual([null, null, 'off']);
        store.meta.recordStop({ reason: 'SIGTERM', atMs: 1, pid: 2 });
        store.meta.recordStop({ reason: 'asked "to"', atMs: 3, pid: 4 });
        store.meta.recordBootId('boot-1');
        store.meta.recordBootId('boot-2');
        store.meta.setKeepDaemon('on');
        expect(store.meta.lastStop()).toEqual({ reason: 'asked "to"', atMs: 3, pid: 4 });
        expect([store.meta.lastBootId(), store.meta.keepDaemon()]).toEqual(['boot-2', 'on']);
        store.meta.setKeepDaemon('off');
        expect(store.meta.keepDaemon()).toBe('off');
        expect(store.meta.instanceId).toMatch(/^[0-9a-f]{8}-/);
      });

      test('the record of the latest outage is kept whole, and replaced whole', () => {
        expect(store.meta.briefing()).toBeNull();
        const record: BriefingRecord = { cause: 'reboot', atMs: 5, sessions: ['app-1', 'app-2'] as SessionId[], dismissedAtMs: null };
        store.meta.setBriefing(record);
        expect(store.meta.briefing()).toEqual(record);
        store.meta.setBriefing({ ...record, cause: 'host_gone', dismissedAtMs: 7 });
        expect(store.meta.briefing()).toEqual({ ...record, cause: 'host_gone', dismissedAtMs: 7 });
      });

      test('a closed store says that the daemon stops, and closing twice is no error', () => {
        store.close();
        store.close();
        expect(() => store.sessions.list()).toThrow(code('DAEMON_STOPPING'));
        expect(() => store.projects.insert(projectFacts({ id: 'late' as ProjectId }))).toThrow(code('DAEMON_STOPPING'));
      });
    });
  });
}
