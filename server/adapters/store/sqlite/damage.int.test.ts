import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionId } from '../../../core/ids.ts';
import type { Store } from '../../../ports/store.ts';
import { code } from '../../../testing/contracts/store-sessions.contract.ts';
import { APP, draftOf, messageTo, projectFacts, WHY } from '../../../testing/store-facts.ts';
import { MIGRATIONS_DIR, makeStoreFile, type StoreFile } from '../../../testing/store-file.ts';
import { openDatabase } from './open-database.ts';
import { createStoreOn } from './open-store.ts';

const FIRST = 'app-1' as SessionId;

let file: StoreFile;
beforeEach(() => {
  file = makeStoreFile();
});
afterEach(() => file[Symbol.dispose]());

function fill(store: Store): void {
  store.projects.insert(projectFacts());
  store.sessions.insert(draftOf({ phase: 'live' }), WHY);
  store.messages.enqueue(messageTo(FIRST));
  store.meta.recordStop({ reason: 'r', atMs: 1, pid: 2 });
}

describe('a row that does not hold what it should is named where it is read', () => {
  const cases: readonly (readonly [sql: string, names: string, read: (store: Store) => unknown])[] = [
    [`update projects set env = '{"A":'`, '"env" of "app"', (store) => store.projects.list()],
    [`update projects set env = '{"A":1}'`, '"env" of "app"', (store) => store.projects.get(APP)],
    [`update projects set symlinks = '{}'`, '"symlinks" of "app"', (store) => store.projects.get(APP)],
    [`update sessions set phase = 'zombie'`, '"phase" of "app-1"', (store) => store.sessions.list()],
    [`update sessions set launched_at_ms = 'yesterday'`, '"launchedAtMs" of "app-1"', (store) => store.sessions.get(FIRST)],
    [
      `update sessions set title = x'00ff'`,
      '"title" of "app-1"',
      (store) => store.sessions.findByTokenHash(`hash-of-${draftOf().launchId}`),
    ],
    [`update messages set state = 'lost'`, '"state" of "message-1-key-1"', (store) => store.messages.list(FIRST)],
    [`update events set after = '[]'`, '"after" of "1" in table "events"', (store) => store.sessions.events(FIRST)],
    [`update meta set value = 'nothing' where key = 'last_stop'`, '"last_stop"', (store) => store.meta.lastStop()],
  ];

  test.each(cases)('%s', (sql, names, read) => {
    const store = file.open();
    fill(store);
    const raw = file.raw();
    raw.pragma('ignore_check_constraints = ON');
    raw.exec(sql);
    expect(() => read(store)).toThrow(code('DATABASE_UNUSABLE'));
    expect(() => read(store)).toThrow(names);
  });

  test('an identity that is none is refused when the store is opened', () => {
    file.open().close();
    const raw = file.raw();
    raw.exec(`update meta set value = 'me' where key = 'instance_id'`);
    expect(() => file.open()).toThrow(code('DATABASE_UNUSABLE'));
  });
});

test('the schema itself refuses a value outside of a closed set', () => {
  fill(file.open());
  const raw = file.raw();
  for (const sql of [
    `update sessions set phase = 'zombie'`,
    `update sessions set kind = 'boss'`,
    `update sessions set activity = 'asleep'`,
    `update messages set state = 'lost'`,
    `update launches set mode = 'magic'`,
  ]) {
    expect(() => raw.exec(sql)).toThrow(/CHECK constraint failed/);
  }
});

describe('L9 trouble while running', () => {
  test('a full disk is said, nothing half-done stays, and the store goes on when there is room', () => {
    const client = openDatabase({ path: file.path, migrationsDir: MIGRATIONS_DIR, log: file.log });
    const store = createStoreOn(client, { path: file.path, nowMs: Date.now });
    fill(store);
    const pages = Number(client.pragma('page_count', { simple: true }));
    client.pragma(`max_page_count = ${pages}`);
    expect(() => store.messages.enqueue(messageTo(FIRST, { n: 2, text: 'x'.repeat(100_000) }))).toThrow(code('DATA_DIR_UNUSABLE'));
    expect(() => store.sessions.update(FIRST, { prompt: 'x'.repeat(100_000) }, WHY)).toThrow(/disk .* is full/);
    expect(store.messages.list(FIRST)).toHaveLength(1);
    expect(store.sessions.events(FIRST)).toHaveLength(1);
    client.pragma('max_page_count = 100000');
    expect(store.messages.enqueue(messageTo(FIRST, { n: 2 })).state).toBe('queued');
    store.close();
  });

  test('a disk that becomes read-only is said, nothing is lost, and the store goes on once it can be written again', () => {
    const client = openDatabase({ path: file.path, migrationsDir: MIGRATIONS_DIR, log: file.log });
    const store = createStoreOn(client, { path: file.path, nowMs: Date.now });
    fill(store);
    client.pragma('query_only = ON');
    expect(() => store.sessions.update(FIRST, { title: 'late' }, WHY)).toThrow(code('DATA_DIR_UNUSABLE'));
    expect(store.sessions.get(FIRST)?.title).toBe('app-1');
    client.pragma('query_only = OFF');
    expect(store.sessions.update(FIRST, { title: 'late' }, WHY).title).toBe('late');
    store.close();
  });

  test('a writer that keeps the lock is waited for, then named', () => {
    const store = file.open();
    fill(store);
    const raw = file.raw();
    raw.exec('begin immediate');
    expect(() => store.sessions.update(FIRST, { title: 'late' }, WHY)).toThrow(/held by another process/);
    expect(store.sessions.get(FIRST)?.title).toBe('app-1');
    raw.exec('rollback');
    expect(store.sessions.update(FIRST, { title: 'late' }, WHY).title).toBe('late');
  });
});

test('the reaper asks once a second: neither the number of ended sessions nor of delivered messages is felt', () => {
  fill(file.open());
  const raw = file.raw();
  const plan = (sql: string): string => JSON.stringify(raw.prepare(`explain query plan ${sql}`).all());
  expect(plan(`select * from sessions where phase in ('spawning', 'live') order by rowid`)).toContain('sessions_by_phase');
  expect(
    plan(`select * from messages where session_id = 'app-1' and state in ('queued', 'pasted', 'echoed') order by seq limit 1`),
  ).toContain('messages_pending');
  expect(plan(`select distinct session_id from messages where state in ('queued', 'pasted', 'echoed')`)).toContain('messages_pending');
  expect(plan('select * from launches where token_hash = 1')).toContain('launches_token_hash');
  expect(plan('select * from events where session_id = 1 order by seq')).toContain('events_by_session');
});
