/**
 * Reads recordings behind their writer and keeps the text that they are found by. From the files, never from the stream: how far it
 * is behind is nobody's concern. In small steps with pauses that are longer than the steps, so that a terminal never waits for it.
 */
import { toAppError } from '../../core/errors.ts';
import { type CastEvent, parseCastEvent, parseCastHeader, parseSize } from '../../core/recording/cast.ts';
import { freshLines } from '../../core/recording/fresh-lines.ts';
import { segmentKey } from '../../core/recording/segment-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { OpenScreenText, RecordingFiles, RecordingIndex, ScreenText, SegmentId, TextRow } from '../../ports/recording.ts';

export type IndexerDeps = {
  readonly files: RecordingFiles;
  readonly index: RecordingIndex;
  readonly openScreenText: OpenScreenText;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether somebody still writes it. */
  readonly isOpen: (id: SegmentId) => boolean;
};

export type Indexer = {
  /** Looks through what earlier daemons left. */
  start(): void;
  /** There is, or may be, more of this one to read. */
  grown(id: SegmentId): void;
  removed(id: SegmentId): void;
  stop(): Promise<void>;
};

export const INDEX_DELAY_MS = 2_000;
const DAMAGE_DELAY_MS = 30_000;
const PAGE_BYTES = 65_536;
/** A look at the screen is due after so much output, or so much time of the recording. */
const LOOK_LENGTH = 4_096;
const LOOK_MS = 2_000;
/** Pause after a step, in lengths of the step: a fifth of one processor at most. */
const PAUSE_STEPS = 4;
const MIN_PAUSE_MS = 5;
/** Screens of which a line that comes back is not new: what blinks and spins. */
const REMEMBERED_LOOKS = 3;

type Cursor = {
  readonly id: SegmentId;
  offset: number;
  screen: ScreenText | null;
  /** The latest first. */
  looks: readonly (readonly string[])[];
};

export function createIndexer(deps: IndexerDeps): Indexer {
  const { files, index, openScreenText, clock, isOpen } = deps;
  const log = deps.log.child({ part: 'recordings' });
  const decoder = new TextDecoder();
  const cursors = new Map<string, Cursor>();
  const due = new Map<string, SegmentId>();
  const stopping = new AbortController();
  let rescan: 'due' | 'done' = 'done';
  let working: Promise<void> | null = null;
  let reading: Cursor | null = null;
  let cancel: (() => void) | null = null;

  function soon(delayMs = INDEX_DELAY_MS): void {
    if (cancel !== null || working !== null || stopping.signal.aborted) return;
    cancel = clock.after(delayMs, () => {
      cancel = null;
      working = work().then(
        () => ended(INDEX_DELAY_MS),
        (caught: unknown) => {
          // The files say all that is to be known.
          rescan = 'due';
          log.warn({ error: toAppError(caught).message }, 'recordings could not be read for the search; tried again');
          ended(DAMAGE_DELAY_MS);
        },
      );
    });
  }

  function ended(delayMs: number): void {
    working = null;
    if (due.size > 0 || rescan === 'due') soon(delayMs);
  }

  async function work(): Promise<void> {
    if (rescan === 'due') await scan();
    for (const [key, id] of due) {
      if (stopping.signal.aborted) return;
      // Before it is read: what comes meanwhile makes it due again.
      due.delete(key);
      await catchUp(id);
    }
  }

  async function scan(): Promise<void> {
    for (const key of cursors.keys()) forget(key);
    const there = await files.list(null);
    const keys = new Set(there.map(segmentKey));
    const known = index.known();
    const whole = new Set(known.flatMap((each) => (each.state === 'whole' ? [segmentKey(each)] : [])));
    for (const id of known) if (!keys.has(segmentKey(id))) index.drop(id);
    for (const { sessionId, startedAtMs } of there) {
      const id = { sessionId, startedAtMs };
      if (!whole.has(segmentKey(id))) due.set(segmentKey(id), id);
    }
    rescan = 'done';
  }

  async function catchUp(id: SegmentId): Promise<void> {
    const key = segmentKey(id);
    const cursor = cursors.get(key) ?? begin(id);
    reading = cursor;
    try {
      await readOn(cursor);
    } finally {
      reading = null;
      if (cursors.get(key) !== cursor) cursor.screen?.close();
    }
  }

  async function readOn(cursor: Cursor): Promise<void> {
    const { id } = cursor;
    const key = segmentKey(id);
    for (;;) {
      // Asked before the last page is read, so that what was written in between is not missed.
      const closed = !isOpen(id);
      const beganMs = clock.monotonicMs();
      const read = await step(cursor);
      if (read === 'gone') return forget(key);
      if (read === 'end') {
        if (!closed) return;
        index.finish(id);
        return forget(key);
      }
      const pauseMs = Math.max(MIN_PAUSE_MS, PAUSE_STEPS * (clock.monotonicMs() - beganMs));
      await clock.sleep(pauseMs, stopping.signal);
      if (stopping.signal.aborted || cursors.get(key) !== cursor) return;
    }
  }

  function begin(id: SegmentId): Cursor {
    // What an earlier daemon had read of it is read once more.
    index.drop(id);
    const cursor: Cursor = { id, offset: 0, screen: null, looks: [] };
    cursors.set(segmentKey(id), cursor);
    return cursor;
  }

  function forget(key: string): void {
    const cursor = cursors.get(key);
    cursors.delete(key);
    // One that is being written to would never answer.
    if (cursor !== reading) cursor?.screen?.close();
  }

  async function step(cursor: Cursor): Promise<'more' | 'end' | 'gone'> {
    const page = await files.read(cursor.id, { offset: cursor.offset, maxBytes: PAGE_BYTES });
    if (page === null) return 'gone';
    const until = page.lastIndexOf(NEWLINE) + 1;
    // A line that is not ended yet, or never will be.
    if (until === 0) return page.length === PAGE_BYTES ? 'gone' : 'end';
    const lines = decoder.decode(page.subarray(0, until)).split('\n');
    if (cursor.screen === null) {
      const size = parseCastHeader(lines[0] ?? '');
      if (size === null) return 'gone';
      cursor.screen = await openScreenText(size);
    }
    const rows = await readRows(cursor, cursor.screen, lines);
    if (rows.length > 0 && cursors.has(segmentKey(cursor.id))) index.add(cursor.id, rows);
    cursor.offset += until;
    return 'more';
  }

  async function readRows(cursor: Cursor, screen: ScreenText, lines: readonly string[]): Promise<readonly TextRow[]> {
    const rows: TextRow[] = [];
    let text = '';
    let beganMs = 0;
    const look = async (atMs: number): Promise<void> => {
      if (text === '') return;
      await screen.write(text);
      text = '';
      const shown = screen.lines();
      const fresh = freshLines(shown, cursor.looks);
      cursor.looks = [shown, ...cursor.looks].slice(0, REMEMBERED_LOOKS);
      if (fresh.length > 0) rows.push({ atMs: cursor.id.startedAtMs + atMs, text: fresh.join('\n') });
    };
    let last = 0;
    for (const line of lines) {
      const event: CastEvent | null = parseCastEvent(line);
      if (event === null) continue;
      if (text !== '' && event.atMs - beganMs > LOOK_MS) await look(last);
      if (event.kind === 'resize') {
        await look(last);
        const size = parseSize(event.data);
        if (size !== null) screen.resize(size);
        continue;
      }
      if (text === '') beganMs = event.atMs;
      text += event.data;
      last = event.atMs;
      if (text.length >= LOOK_LENGTH) await look(last);
    }
    await look(last);
    return rows;
  }

  return {
    start() {
      rescan = 'due';
      soon();
    },
    grown({ sessionId, startedAtMs }) {
      const id = { sessionId, startedAtMs };
      due.set(segmentKey(id), id);
      soon();
    },
    removed(id) {
      forget(segmentKey(id));
      due.delete(segmentKey(id));
      try {
        index.drop(id);
      } catch (caught) {
        log.debug({ error: toAppError(caught).message }, 'a removed recording is still in the index');
      }
    },
    async stop() {
      stopping.abort();
      cancel?.();
      await working;
      for (const key of cursors.keys()) forget(key);
      index.close();
    },
  };
}

const NEWLINE = 10;
