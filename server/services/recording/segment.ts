/**
 * One segment of a recording while it is written: what a terminal shows, gathered and written in batches, never waited for. Ends for
 * good at the first write that fails. Does not know why it was begun, or what comes after it.
 */
import { type CastEvent, describeSize, toCastHeader, toCastLines } from '../../core/recording/cast.ts';
import type { Size } from '../../core/terminal/size-arbiter.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RecordingFiles, SegmentId } from '../../ports/recording.ts';

export type SegmentWriter = {
  readonly id: SegmentId;
  readonly output: (kind: 'snapshot' | 'data', data: Uint8Array) => void;
  readonly resize: (size: Size) => void;
  /** What has been written or waits to be, in UTF-16 units of the file. */
  readonly length: () => number;
  readonly ageMs: () => number;
  /** Writes what waits. Resolves, whatever became of it. */
  readonly end: () => Promise<void>;
};

export type SegmentEvents = {
  /** More is in the file. */
  readonly onWritten: () => void;
  /** Nothing more is taken. */
  readonly onFailed: (caught: unknown) => void;
};

/** What a crash may cost. */
export const FLUSH_MS = 1_000;
/** A disk that is further behind than this has failed. */
export const MAX_WAITING = 4_194_304;
/** As before every picture: whatever the stream was in the middle of ends, and the terminal is new (`app/_terminal/replay.ts`). */
const START_AFRESH = '\x18\x1bc';

export async function beginSegment(
  deps: { readonly files: RecordingFiles; readonly clock: Clock },
  segment: { readonly id: SegmentId; readonly size: Size } & SegmentEvents,
): Promise<SegmentWriter> {
  const { files, clock } = deps;
  const { id, onWritten, onFailed } = segment;
  const header = toCastHeader({ size: segment.size, startedAtMs: id.startedAtMs });
  await files.create(id, header);
  const beganMs = clock.monotonicMs();
  let decoder = newDecoder();
  let waiting = '';
  let length = header.length;
  let state: 'open' | 'ended' = 'open';
  let writing: Promise<void> | null = null;
  let cancel: (() => void) | null = null;

  function put(kind: CastEvent['kind'], data: string): void {
    if (state === 'ended' || data === '') return;
    const lines = toCastLines({ atMs: clock.monotonicMs() - beganMs, kind, data });
    waiting += lines;
    length += lines.length;
    if (waiting.length > MAX_WAITING) return fail(new Error(`the disk does not keep up: ${MAX_WAITING} characters wait`));
    cancel ??= clock.after(FLUSH_MS, flush);
  }

  function flush(): void {
    cancel?.();
    cancel = null;
    // What comes meanwhile goes with the next one.
    if (writing !== null || waiting === '') return;
    const text = waiting;
    waiting = '';
    writing = files
      .append(id, text)
      .then(onWritten, fail)
      .finally(() => {
        writing = null;
        if (waiting !== '' && state === 'open') cancel ??= clock.after(FLUSH_MS, flush);
      });
  }

  function fail(caught: unknown): void {
    const before = state;
    stop();
    if (before === 'open') onFailed(caught);
  }

  function stop(): void {
    state = 'ended';
    cancel?.();
    cancel = null;
    waiting = '';
  }

  return {
    id,
    output(kind, data) {
      if (kind === 'snapshot') decoder = newDecoder();
      put('output', (kind === 'snapshot' ? START_AFRESH : '') + decoder.decode(data, { stream: true }));
    },
    resize: (size) => put('resize', describeSize(size)),
    length: () => length,
    ageMs: () => clock.monotonicMs() - beganMs,
    async end() {
      if (state === 'ended') return;
      await writing;
      flush();
      await writing;
      stop();
    },
  };
}

const newDecoder = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true });
