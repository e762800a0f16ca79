import { beforeEach, describe, expect, it } from 'vitest';
import type { ProjectId, SessionId } from '../core/ids.ts';
import type { LiveContent, LiveEvent } from '../ports/app-services.ts';
import type { Store } from '../ports/store.ts';
import { createManualClock, type ManualClock } from '../testing/fakes/clock.ts';
import { createRecordingLog, type RecordingLog } from '../testing/fakes/log.ts';
import { createFakeStore } from '../testing/fakes/store.ts';
import { launch } from '../testing/session-facts.ts';
import { APP, draftOf, projectFacts, WHY } from '../testing/store-facts.ts';
import { BURST_MS, createFeed, ENDED_SHOWN, type Feed } from './feed.ts';

let clock: ManualClock;
let store: Store;
let log: RecordingLog;
let feed: Feed;
let reads: number;
let status: 'running' | 'no_signal';

beforeEach(() => {
  clock = createManualClock();
  log = createRecordingLog();
  status = 'running';
  reads = 0;
  const fake = createFakeStore({ nowMs: clock.nowMs });
  const counted = <A extends unknown[], T>(read: (...args: A) => T) => {
    return (...args: A): T => {
      reads += 1;
      return read(...args);
    };
  };
  store = { ...fake, sessions: { ...fake.sessions, get: counted(fake.sessions.get), list: counted(fake.sessions.list) } };
  store.projects.insert(projectFacts());
  feed = createFeed({ store, report: (session) => ({ session, derived: { status, reason: 'so' } }), clock, log, epoch: 'e1' });
});

const add = (number: number) =>
  store.sessions.insert(draftOf({ id: `app-${number}` as SessionId, number, phase: 'live', launchId: launch(number) }), WHY).id;

/** A tab: what it saw first, and every change since. */
function watch() {
  const first = feed.snapshot();
  const events: LiveEvent[] = [];
  feed.onEvents((some) => void events.push(...some));
  const seen = (): LiveContent => {
    const sessions = new Map(first.content.sessions);
    const projects = new Map(first.content.projects);
    for (const { change } of events) {
      if (change.kind === 'session') sessions.set(change.id, change.session);
      if (change.kind === 'session-removed') sessions.delete(change.id);
      if (change.kind === 'project') projects.set(change.id, change.project);
      if (change.kind === 'project-removed') projects.delete(change.id);
    }
    return { sessions, projects };
  };
  return { first, events, seen };
}

/** What was scheduled runs, burst included. */
const settle = (): Promise<void> => clock.advance(BURST_MS);

describe('the live feed', () => {
  it('costs nothing before somebody looks', async () => {
    add(1);
    feed.refresh();
    await settle();
    expect([reads, clock.pending()]).toEqual([0, 0]);
  });

  it('begins with everything there is, and goes on with what changes, numbered without a gap', async () => {
    add(1);
    const tab = watch();
    expect(tab.first).toMatchObject({ epoch: 'e1', seq: 0, atMs: clock.nowMs() });
    expect([...tab.first.content.sessions.keys(), ...tab.first.content.projects.keys()]).toEqual(['app-1', 'app']);
    const id = add(2);
    await settle();
    store.sessions.update(id, { title: 'renamed' }, WHY);
    store.projects.update(APP, { base: 'trunk' });
    await settle();
    store.sessions.remove(id, WHY);
    await settle();
    expect(tab.events.map(({ seq, change }) => [seq, change.kind, change.id])).toEqual([
      [1, 'session', 'app-2'],
      [2, 'project', 'app'],
      [3, 'session', 'app-2'],
      [4, 'session-removed', 'app-2'],
    ]);
    expect(tab.seen()).toEqual(feed.snapshot().content);
  });

  it('tells the first change at once and the rest of a burst together', async () => {
    const id = add(1);
    const tab = watch();
    await settle();
    store.sessions.update(id, { title: 'one' }, WHY);
    await clock.advance(0);
    expect(tab.events).toHaveLength(1);
    for (let step = 0; step < 30; step += 1) store.sessions.update(id, { title: `step ${step}` }, WHY);
    await clock.advance(BURST_MS - 1);
    expect(tab.events).toHaveLength(1);
    await clock.advance(1);
    expect(tab.events).toHaveLength(2);
    expect(tab.seen().sessions.get(id)?.session.title).toBe('step 29');
  });

  it('tells what changes with time alone, and nothing when nothing did', () => {
    add(1);
    const tab = watch();
    feed.refresh();
    expect(tab.events).toEqual([]);
    status = 'no_signal';
    feed.refresh();
    feed.refresh();
    expect(tab.events.map(({ seq, change }) => [seq, change.kind])).toEqual([[1, 'session']]);
  });

  it('reads a row when it changed and never otherwise', async () => {
    const [one] = [add(1), add(2)];
    watch();
    reads = 0;
    for (let round = 0; round < 10; round += 1) feed.refresh();
    feed.snapshot();
    expect(reads).toBe(0);
    for (let time = 0; time < 5; time += 1) store.sessions.update(one, { title: `${time}` }, WHY);
    await settle();
    expect(reads).toBe(1);
  });

  it('a change and a snapshot in the same instant are no gap for those who watch already', async () => {
    const id = add(1);
    const tab = watch();
    store.sessions.update(id, { title: 'now' }, WHY);
    const late = watch();
    expect(late.first.seq).toBe(tab.events.at(-1)?.seq);
    expect(late.first.content.sessions.get(id)?.session.title).toBe('now');
    await settle();
    expect(tab.events).toHaveLength(1);
    expect(late.events).toEqual([]);
  });

  it('a project that goes takes its sessions along, and one that comes back in the same instant comes without them', async () => {
    add(1);
    const tab = watch();
    store.projects.remove(APP);
    store.projects.insert(projectFacts({ name: 'Anew' }));
    await settle();
    expect(tab.events.map(({ change }) => change.kind)).toEqual(['project', 'session-removed']);
    store.projects.insert(projectFacts({ id: 'other' as ProjectId }));
    store.projects.remove(APP);
    await settle();
    expect([...tab.seen().projects.keys()]).toEqual(['other']);
    expect(tab.seen()).toEqual(feed.snapshot().content);
  });

  it('shows the last of those that ended and lets go of the oldest when another one ends', async () => {
    for (let number = 1; number <= ENDED_SHOWN + 1; number += 1) {
      const id = add(number);
      if (number > ENDED_SHOWN) break;
      store.sessions.update(id, { phase: 'terminated', endReason: 'killed' }, WHY);
      await clock.advance(1);
    }
    const tab = watch();
    expect(tab.first.content.sessions.size).toBe(ENDED_SHOWN + 1);
    store.sessions.update(`app-${ENDED_SHOWN + 1}` as SessionId, { phase: 'terminated', endReason: 'killed' }, WHY);
    await settle();
    expect(tab.events.map(({ change }) => [change.kind, change.id])).toEqual([
      ['session', `app-${ENDED_SHOWN + 1}`],
      ['session-removed', 'app-1'],
    ]);
  });

  it('L9: a row that cannot be read holds up neither its write nor the other rows', async () => {
    const [damaged, whole] = [add(1), add(2)];
    const tab = watch();
    const { get } = store.sessions;
    Object.assign(store.sessions, {
      get: (id: SessionId) => {
        if (id === damaged) throw new Error('disk gone');
        return get(id);
      },
    });
    for (const id of [damaged, whole]) store.sessions.update(id, { title: 'another' }, WHY);
    await settle();
    expect(tab.events.map(({ change }) => change.id)).toEqual([whole]);
    expect(log.lines.some(({ level }) => level === 'warn')).toBe(true);
    Object.assign(store.sessions, { get });
    store.sessions.update(damaged, { title: 'seen' }, WHY);
    await settle();
    expect(tab.seen().sessions.get(damaged)?.session.title).toBe('seen');
  });

  it('is silent once it is closed', async () => {
    const id = add(1);
    const tab = watch();
    feed.close();
    store.sessions.update(id, { title: 'late' }, WHY);
    feed.refresh();
    await settle();
    expect(tab.events).toEqual([]);
  });
});
