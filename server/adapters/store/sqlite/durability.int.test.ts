import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProjectId, SessionId } from '../../../core/ids.ts';
import type { Store } from '../../../ports/store.ts';
import { launch } from '../../../testing/session-facts.ts';
import { APP, draftOf, projectFacts, WHY } from '../../../testing/store-facts.ts';
import { makeStoreFile, type StoreFile } from '../../../testing/store-file.ts';

const FIRST = 'app-1' as SessionId;

let file: StoreFile;
beforeEach(() => {
  file = makeStoreFile();
  const store = file.open();
  store.projects.insert(projectFacts());
  store.sessions.insert(draftOf({ number: store.sessions.nextNumber(APP), phase: 'live' }), WHY);
  store.close();
});
afterEach(() => file[Symbol.dispose]());

describe('I12 what was acknowledged survives kill -9 in the next instruction', () => {
  const looks: Readonly<Record<string, (store: Store) => unknown>> = {
    project: (store) => store.projects.get('late' as ProjectId)?.id === 'late',
    // Asked before the act, this takes 2; the act takes 3.
    number: (store) => store.sessions.nextNumber(APP) === 4,
    spawn: (store) =>
      store.sessions.get('app-2' as SessionId)?.prompt === 'do it' && store.sessions.events('app-2' as SessionId).length === 1,
    rename: (store) => store.sessions.get(FIRST)?.title === 'renamed' && store.sessions.events(FIRST).length === 2,
    kill: (store) => store.sessions.get(FIRST)?.killRequestedAtMs === 7,
    relaunch: (store) => store.sessions.launchIds(FIRST).includes(launch(9)) && store.sessions.findByTokenHash('ninth') !== null,
    undo: (store) => store.sessions.get(FIRST) === null && store.sessions.events(FIRST).length === 2,
    message: (store) => store.messages.next(FIRST)?.text === 'text 1',
    stop: (store) => store.meta.lastStop()?.reason === 'SIGTERM',
  };

  test.each(Object.entries(looks))('%s', async (what, look) => {
    expect(look(file.open())).toBe(false);
    const { signal } = await file.writer(what).ended();
    expect(signal).toBe('SIGKILL');
    expect(look(file.open())).toBe(true);
  });

  test('a flood of messages killed from outside: each acknowledged one is there, once and in order', async () => {
    const writer = file.writer('flood');
    expect(await writer.line()).toBe('ready');
    writer.child.stdin?.write('go\n');
    let acknowledged = 0;
    for (let line = await writer.line(); line !== null; line = await writer.line()) {
      acknowledged = Number(line);
      if (acknowledged === 40) writer.child.kill('SIGKILL');
    }
    expect(acknowledged).toBeGreaterThanOrEqual(40);
    const keys = file
      .open()
      .messages.list(FIRST)
      .map((message) => message.key);
    expect(keys).toEqual(Array.from({ length: keys.length }, (_, index) => `key-${index + 1}`));
    expect([acknowledged, acknowledged + 1]).toContain(keys.length);
  });
});

test('L2 two writers in the same instant: no number twice, no number lost, one orchestrator', async () => {
  const writers = [file.writer('race'), file.writer('race')];
  for (const writer of writers) expect(await writer.line()).toBe('ready');
  for (const writer of writers) writer.child.stdin?.write('go\n');
  const said = await Promise.all(
    writers.map(async (writer) => JSON.parse((await writer.line()) ?? 'null') as { numbers: number[]; outcome: string }),
  );
  expect(said.map((one) => one.outcome).toSorted()).toEqual(['ORCHESTRATOR_EXISTS', 'won']);
  expect(said.flatMap((one) => one.numbers).toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 2),
  );
  const running = file.open().sessions.list({ phases: ['spawning', 'live'] });
  expect(running.filter((session) => session.kind === 'orchestrator')).toHaveLength(1);
});
