/** Recordings in memory, with a disk that refuses when it is told to, and an index that finds whole texts. */
import type { SessionId } from '../../core/ids.ts';
import { segmentKey } from '../../core/recording/segment-key.ts';
import type { RecordingFiles, RecordingIndex, Segment, SegmentId, TextRow } from '../../ports/recording.ts';

export type FakeRecordingFiles = RecordingFiles & {
  /** What is in each, oldest first. */
  texts(sessionId: SessionId): readonly string[];
  /** A file that somebody else left there. */
  plant(id: SegmentId, text: string): void;
  /** Every write fails with it until `null`. */
  refuse(error: Error | null): void;
};

export function createFakeRecordingFiles(nowMs: () => number): FakeRecordingFiles {
  const files = new Map<string, Segment & { text: string }>();
  let refusal: Error | null = null;
  const encoder = new TextEncoder();
  const assertWritable = (): void => {
    if (refusal !== null) throw refusal;
  };
  const byAge = (sessionId: SessionId | null) =>
    [...files.values()]
      .filter((file) => sessionId === null || file.sessionId === sessionId)
      .toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  const put = (id: SegmentId, text: string): void => {
    const { sessionId, startedAtMs } = id;
    files.set(segmentKey(id), { sessionId, startedAtMs, text, bytes: encoder.encode(text).length, endedAtMs: nowMs() });
  };
  return {
    async create(id, header) {
      assertWritable();
      if (files.has(segmentKey(id))) throw new Error('EEXIST');
      put(id, header);
    },
    async append(id, text) {
      assertWritable();
      const file = files.get(segmentKey(id));
      if (file === undefined) throw new Error('ENOENT');
      put(id, file.text + text);
    },
    list: async (sessionId) => byAge(sessionId).map(({ text: _text, ...facts }) => facts),
    async read(id, { offset, maxBytes }) {
      const file = files.get(segmentKey(id));
      return file === undefined ? null : encoder.encode(file.text).subarray(offset, offset + maxBytes);
    },
    async remove(id) {
      files.delete(segmentKey(id));
    },
    texts: (sessionId) => byAge(sessionId).map(({ text }) => text),
    plant: put,
    refuse(error) {
      refusal = error;
    },
  };
}

export type FakeRecordingIndex = RecordingIndex & { rows(): readonly (SegmentId & TextRow)[] };

export function createFakeRecordingIndex(): FakeRecordingIndex {
  const segments = new Map<string, { readonly id: SegmentId; state: 'partial' | 'whole'; rows: TextRow[] }>();
  const of = ({ sessionId, startedAtMs }: SegmentId) => {
    const id = { sessionId, startedAtMs };
    const known = segments.get(segmentKey(id)) ?? { id, state: 'partial' as const, rows: [] };
    segments.set(segmentKey(id), known);
    return known;
  };
  const rows = (): readonly (SegmentId & TextRow)[] =>
    [...segments.values()].flatMap((each) => each.rows.map((row) => ({ ...each.id, ...row })));
  return {
    known: () => [...segments.values()].map(({ id, state }) => ({ ...id, state })),
    add: (id, more) => void of(id).rows.push(...more),
    finish(id) {
      of(id).state = 'whole';
    },
    drop: (id) => void segments.delete(segmentKey(id)),
    find: ({ words, sessionId, limit }) =>
      rows()
        .filter((row) => (sessionId === null || row.sessionId === sessionId) && words.every((word) => row.text.includes(word)))
        .slice(0, limit)
        .map(({ sessionId: session, startedAtMs, atMs, text }) => ({
          sessionId: session,
          startedAtMs,
          atMs,
          parts: [{ text, match: true }],
        })),
    close: () => undefined,
    rows,
  };
}
