import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import type { ProjectId, SessionId } from '../../core/ids.ts';
import { parseCastEvent } from '../../core/recording/cast.ts';
import type { Session } from '../../core/session/session.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { createFakeRecordingFiles } from '../../testing/fakes/recordings.ts';
import { createFakeStore } from '../../testing/fakes/store.ts';
import { createFakeAttachRuntime, createFakeScreens, createRecordingSink, somebody } from '../../testing/fakes/terminal.ts';
import { launch } from '../../testing/session-facts.ts';
import { APP, draftOf, projectFacts, WHY } from '../../testing/store-facts.ts';
import { createTerminalHub } from '../terminal/hub.ts';
import { createRecorder, RETRY_MS, SEGMENT_MAX_AGE_MS, TRIM_SOON_MS } from './recorder.ts';
import { FLUSH_MS } from './segment.ts';

const ID = 'app-1' as SessionId;
const DISK_FULL = new AppError({ code: 'DATA_DIR_UNUSABLE', message: 'The disk is full.', hint: 'Free some space.' });

async function makeRecorder({ record = 'on' as 'off' | 'on', facts = {} as Partial<Session>, perSessionBytes = 1 << 26 } = {}) {
  const clock = createManualClock();
  const store = createFakeStore({ nowMs: clock.nowMs });
  const runtime = createFakeAttachRuntime();
  const log = createRecordingLog();
  let ids = 0;
  const secrets = { newToken: () => `attach-${(ids += 1)}` };
  const limits = { highWaterBytes: 64, lowWaterBytes: 16 };
  const hub = createTerminalHub({ store, runtime, openScreen: createFakeScreens('at once').open, clock, log, secrets, limits });
  const files = createFakeRecordingFiles(clock.nowMs);
  const removed: string[] = [];
  const recorder = createRecorder({
    store,
    terminals: hub,
    files,
    clock,
    log,
    limits: { perSessionBytes, inAllBytes: 1 << 30, maxAgeMs: 86_400_000 },
    events: { onWritten: () => undefined, onEnded: () => undefined, onRemoved: ({ startedAtMs }) => removed.push(String(startedAtMs)) },
  });
  store.projects.insert(projectFacts({ record }));
  store.sessions.insert(draftOf({ phase: 'live', ...facts }), WHY);
  recorder.start();
  await clock.advance(0);
  const last = () => {
    const found = runtime.attachments.at(-1);
    if (found === undefined) throw new Error('nothing is attached');
    return found;
  };
  /** What a player shows of each segment at its end; a picture is all there was until then. */
  const shown = (): readonly string[] =>
    files.texts(ID).map(
      (text) =>
        text
          .split('\n')
          .flatMap((line) => parseCastEvent(line) ?? [])
          .filter(({ kind }) => kind === 'output')
          .map(({ data }) => data)
          .join('')
          .split('\x18\x1bc')
          .at(-1) ?? '',
    );
  const update = (patch: Partial<Session>): void => void store.sessions.update(ID, patch, WHY);
  const record_ = (value: 'off' | 'on'): void => void store.projects.update(APP as ProjectId, { record: value });
  return { clock, store, runtime, hub, files, recorder, removed, last, shown, update, switchTo: record_, log };
}

describe('the recorder', () => {
  it('keeps what a session prints, in order, and is nobody that sizes it', async () => {
    const { clock, last, shown, runtime, recorder } = await makeRecorder();
    last().say('one ');
    last().say('two ');
    await clock.advance(FLUSH_MS + 10);
    expect(shown()).toEqual(['one two ']);
    expect(runtime.resizes).toEqual([]);
    expect(recorder.stateOf(ID)).toEqual({ state: 'recording', why: null });
  });

  it('shares the one attachment with whoever looks on, who is told of nobody', async () => {
    const { hub, runtime, clock, last, shown } = await makeRecorder();
    last().say('before ');
    const sink = createRecordingSink();
    (
      await hub.view(
        { session: { by: 'id', id: ID }, who: somebody('desk'), size: { cols: 90, rows: 20 }, visibility: 'visible', access: 'full' },
        sink,
      )
    ).begin();
    last().say('after');
    await clock.advance(FLUSH_MS + 10);
    expect(runtime.attachments).toHaveLength(1);
    expect([sink.text(), shown()]).toEqual(['before after', ['before after']]);
    expect(sink.seen()?.people.map(({ name }) => name)).toEqual(['desk']);
  });

  it('is off unless the project wants it, and follows the switch at once', async () => {
    const { runtime, recorder, switchTo, clock, files, last } = await makeRecorder({ record: 'off' });
    expect([runtime.attachments.length, recorder.stateOf(ID).state]).toEqual([0, 'off']);
    switchTo('on');
    await clock.advance(0);
    last().say('secret');
    expect(recorder.recording()).toBe(1);
    switchTo('off');
    last().say(' and more');
    await clock.advance(FLUSH_MS);
    expect([recorder.stateOf(ID).state, files.texts(ID).join('')]).toEqual(['off', expect.stringMatching(/secret"\]\n$/)]);
  });

  it('keeps last words: an exit ends the recording after what was still to come', async () => {
    const { clock, last, shown, update, recorder } = await makeRecorder();
    update({ exit: { code: 0, signal: null, atMs: 1 } });
    last().say('bye');
    await clock.advance(5_000);
    expect([shown(), recorder.stateOf(ID).state]).toEqual([['bye'], 'off']);
  });

  it('goes on with the next launch of the session, in a new segment', async () => {
    const { clock, last, shown, update, runtime } = await makeRecorder();
    last().say('first');
    await clock.advance(10);
    update({ launchId: launch(2) });
    await clock.advance(10);
    expect(runtime.attachments).toHaveLength(2);
    last().say('second');
    await clock.advance(FLUSH_MS + 10);
    expect(shown()).toEqual(['first', 'second']);
  });

  it('rotates: the next segment begins with the whole picture, and nothing is in neither', async () => {
    const { clock, last, shown, runtime } = await makeRecorder();
    last().say('a');
    await clock.advance(SEGMENT_MAX_AGE_MS + 1_000);
    last().say('b');
    await clock.advance(100);
    last().say('c');
    await clock.advance(FLUSH_MS + 10);
    expect(shown()).toEqual(['ab', 'abc']);
    expect(runtime.attachments).toHaveLength(1);
  });

  it('stays within what a session may have: the oldest goes', async () => {
    const { clock, last, files, removed } = await makeRecorder({ perSessionBytes: 4_000 });
    for (let count = 0; count < 12; count += 1) {
      last().say('x'.repeat(60).repeat(10));
      await clock.advance(TRIM_SOON_MS + 100);
    }
    const bytes = files.texts(ID).reduce((sum, text) => sum + text.length, 0);
    expect(removed.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThan(2 * 4_000 + 12 * 600);
  });

  it('a disk that refuses costs the recording and not the session; it is said once, tried again, and said when it is over', async () => {
    const { clock, last, files, recorder, store, shown, hub } = await makeRecorder();
    const kinds = (): readonly string[] => store.sessions.events(ID).map(({ kind }) => kind);
    const sink = createRecordingSink();
    (
      await hub.view(
        { session: { by: 'id', id: ID }, who: somebody('desk'), size: { cols: 80, rows: 24 }, visibility: 'visible', access: 'full' },
        sink,
      )
    ).begin();
    files.refuse(DISK_FULL);
    last().say('unseen ');
    await clock.advance(FLUSH_MS + 3 * RETRY_MS);
    expect(recorder.stateOf(ID)).toEqual({ state: 'failing', why: 'The disk is full.' });
    expect(recorder.trouble()).toBe(DISK_FULL);
    expect(kinds().filter((kind) => kind.startsWith('recording'))).toEqual(['recording_failed']);
    expect(sink.text()).toContain('unseen');
    files.refuse(null);
    await clock.advance(RETRY_MS + 10);
    last().say('seen');
    await clock.advance(FLUSH_MS + 10);
    expect(kinds().filter((kind) => kind.startsWith('recording'))).toEqual(['recording_failed', 'recording_resumed']);
    expect([recorder.trouble(), shown().at(-1)]).toEqual([null, 'unseen seen']);
  });

  it('attaches again where the attachment ended by itself', async () => {
    const { clock, last, runtime, shown } = await makeRecorder();
    last().end();
    await clock.advance(RETRY_MS + 10);
    expect(runtime.attachments).toHaveLength(2);
    last().say('again');
    await clock.advance(FLUSH_MS + 10);
    expect(shown().at(-1)).toBe('again');
  });

  it('writes what waits when the daemon stops, and begins nothing afterwards', async () => {
    const { clock, last, shown, recorder, update, runtime } = await makeRecorder();
    last().say('until the end');
    await clock.advance(5);
    await recorder.stop();
    expect(shown()).toEqual(['until the end']);
    update({ title: 'other' });
    await clock.advance(2 * RETRY_MS);
    expect(runtime.attachments).toHaveLength(1);
  });
});
