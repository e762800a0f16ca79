import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FeedEvent, type FeedSnapshot, feedEventSchema, feedSnapshotSchema } from '../../contract/socket.ts';
import { PROTOCOL_VERSION } from '../../contract/version.ts';
import type { SessionId } from '../../core/ids.ts';
import { type Browser, type HttpDaemon, startHttpDaemon } from '../../testing/http-daemon.ts';
import { openRawTab, type RawTab } from '../../testing/raw-tab.ts';
import { eventually } from '../../testing/resources.ts';
import { launch } from '../../testing/session-facts.ts';
import { draftOf, WHY } from '../../testing/store-facts.ts';
import { openTab, type Tab } from '../../testing/tab.ts';

let daemon: HttpDaemon;
let browser: Browser;
let tabs: Tab[];

beforeEach(async () => {
  daemon = await startHttpDaemon({ owner: 'app' });
  browser = daemon.pairBrowser();
  tabs = [];
});
afterEach(async () => {
  for (const tab of tabs) tab.socket.disconnect();
  await daemon.close();
});

async function subscribed(): Promise<{ readonly tab: Tab; readonly snapshot: FeedSnapshot }> {
  const tab = openTab(daemon.port, browser);
  tabs.push(tab);
  await tab.hears('counted');
  return { tab, snapshot: await snapshotFor(tab) };
}

async function snapshotFor(tab: Tab): Promise<FeedSnapshot> {
  const answer = await tab.socket.emitWithAck('feed.subscribe');
  if (!answer.ok) throw new Error(answer.error.message);
  return feedSnapshotSchema.parse(answer.value);
}

const rename = (title: string, id = 'app-1'): unknown => daemon.services.store.sessions.update(id as SessionId, { title }, WHY);
const titleIn = ({ change }: FeedEvent): string | null => (change.kind === 'session' ? change.session.title : null);

describe('the feed of a tab', () => {
  it('is a whole picture in the form of the contract, then each change with the next number', async () => {
    const { tab, snapshot } = await subscribed();
    expect(snapshot.sessions.map(({ id }) => id)).toEqual(['app-1']);
    expect(snapshot.projects.map(({ id }) => id)).toEqual(['app']);
    rename('one');
    await eventually('the change comes', () => tab.feed.length === 1);
    daemon.services.store.sessions.insert(draftOf({ id: 'app-2' as SessionId, number: 2, launchId: launch(2) }), WHY);
    await eventually('the new one comes', () => tab.feed.length === 2);
    daemon.services.store.sessions.remove('app-2' as SessionId, WHY);
    await eventually('its end comes', () => tab.feed.length === 3);
    for (const event of tab.feed) expect(feedEventSchema.parse(event)).toEqual(event);
    expect(tab.feed.map(({ epoch, seq }) => [epoch, seq])).toEqual([1, 2, 3].map((seq) => [snapshot.epoch, snapshot.seq + seq]));
    expect(tab.feed.map(({ change }) => change.kind)).toEqual(['session', 'session', 'session-removed']);
  });

  it('is not sent to those who did not ask for it', async () => {
    const tab = openTab(daemon.port, browser);
    tabs.push(tab);
    await tab.hears('counted');
    const other = await subscribed();
    rename('one');
    await eventually('the other one hears', () => other.tab.feed.length === 1);
    expect(tab.feed).toEqual([]);
  });

  it('has no gap at the seam, whenever a tab asks in a flood of changes', async () => {
    await subscribed();
    let step = 0;
    const flood = setInterval(() => rename(`step ${(step += 1)}`), 2);
    try {
      const late = await Promise.all(Array.from({ length: 5 }, subscribed));
      await eventually('all of them have followed for a while', () => late.every(({ tab }) => tab.feed.length > 3));
      for (const { tab, snapshot } of late) {
        expect(tab.feed.map(({ seq }) => seq)).toEqual(tab.feed.map((_event, index) => snapshot.seq + 1 + index));
      }
    } finally {
      clearInterval(flood);
    }
  });

  it('is asked for anew with a fresh picture and the same numbers', async () => {
    const { tab, snapshot } = await subscribed();
    rename('one');
    await eventually('the change comes', () => tab.feed.length === 1);
    const again = await snapshotFor(tab);
    expect([again.epoch, again.seq]).toEqual([snapshot.epoch, snapshot.seq + 1]);
    expect(again.sessions[0]?.title).toBe('one');
    rename('two');
    await eventually('the next change comes once', () => tab.feed.length === 2);
    expect(tab.feed.map(({ seq }) => seq)).toEqual([snapshot.seq + 1, snapshot.seq + 2]);
  });
});

describe('a tab that does not keep up', () => {
  it('T2: is skipped instead of buffered for, does not slow the others, and learns afterwards that it missed something', async () => {
    const fast = await subscribed();
    const slow = await openSlowTab();
    const big = 'x'.repeat(400_000);
    let step = 0;
    // One change a burst: each is told by itself.
    const flood = setInterval(() => {
      step += 1;
      daemon.services.store.sessions.update('app-1' as SessionId, { title: `step ${step}`, prompt: `${step}${big}` }, WHY);
    }, 10);
    try {
      await eventually('the slow one is skipped', () => daemon.log.lines.some(({ message }) => message.includes('does not keep up')), {
        limitMs: 50_000,
      });
    } finally {
      clearInterval(flood);
    }
    await eventually('the fast one has all', () => titleIn(fast.tab.feed.at(-1) as FeedEvent) === `step ${step}`);
    expect(fast.tab.feed.map(({ seq }) => seq)).toEqual(fast.tab.feed.map((_event, index) => fast.snapshot.seq + 1 + index));

    rename('while it was away');
    await eventually('the fast one hears', () => titleIn(fast.tab.feed.at(-1) as FeedEvent) === 'while it was away');
    const lastSeq = fast.tab.feed.at(-1)?.seq ?? 0;
    slow.readOn();
    await eventually('the slow one is told the last number', () => seqsIn(slow.text()).at(-1) === lastSeq, { limitMs: 50_000 });
    const seqs = seqsIn(slow.text());
    expect(seqs.some((seq, index) => index > 0 && seq > (seqs[index - 1] ?? 0) + 1)).toBe(true);
    slow.destroy();
  });
});

/** A tab whose browser has stopped reading after it subscribed. */
async function openSlowTab(): Promise<RawTab> {
  const tab = await openRawTab(daemon.port, browser);
  tab.send(`40${JSON.stringify({ secret: browser.secret, protocol: PROTOCOL_VERSION, role: 'app', tab: 'the-slow-tab' })}`);
  await eventually('the verdict', () => tab.text().includes('counted'));
  tab.send('421["feed.subscribe"]');
  await eventually('the snapshot', () => tab.text().includes('431['));
  tab.forget();
  tab.stopReading();
  return tab;
}

const seqsIn = (text: string): readonly number[] =>
  [...text.matchAll(/42\["feed",\{"epoch":"[^"]*","seq":([0-9]+),/g)].map((match) => Number(match[1]));
