/** What has been recorded: which segments there are, their content in pages, and where a text was on a screen. Reads only. */
import { AppError } from '../../core/errors.ts';
import type { RecordingFiles, RecordingIndex, RecordingService, SegmentId } from '../../ports/recording.ts';
import type { Store } from '../../ports/store.ts';
import { resolveSession } from '../sessions/find.ts';
import type { Recorder } from './recorder.ts';

export type RecordingsDeps = {
  readonly store: Store;
  readonly files: RecordingFiles;
  readonly index: RecordingIndex;
  readonly recorder: Pick<Recorder, 'stateOf'>;
};

/** What one answer carries: a few milliseconds of the daemon's time. */
export const PAGE_BYTES = 262_144;
/** The index knows nothing shorter. */
const MIN_WORD_LENGTH = 3;
const NEWLINE = 10;

export function createRecordings({ store, files, index, recorder }: RecordingsDeps): RecordingService {
  const decoder = new TextDecoder();

  return {
    async list(ref) {
      const session = resolveSession(store, ref);
      const segments = await files.list(session.id);
      const { state, why } = recorder.stateOf(session.id);
      return { sessionId: session.id, state: state === 'off' && segments.length > 0 ? 'ended' : state, why, segments };
    },
    async read(id, offset) {
      const page = await files.read(id, { offset, maxBytes: PAGE_BYTES });
      if (page === null) throw notFound(id);
      const until = page.lastIndexOf(NEWLINE) + 1;
      return { text: decoder.decode(page.subarray(0, until)), nextOffset: page.length < PAGE_BYTES || until === 0 ? null : offset + until };
    },
    find({ text, sessionId, limit }) {
      const words = [...new Set(text.split(/\s+/).filter((word) => word !== ''))];
      if (!words.some((word) => [...word].length >= MIN_WORD_LENGTH)) throw tooShort();
      return index.find({ words, sessionId, limit });
    },
  };
}

function notFound({ sessionId, startedAtMs }: SegmentId): AppError {
  return new AppError({
    code: 'RECORDING_NOT_FOUND',
    message: `There is no recording of ${sessionId} that begins at ${new Date(startedAtMs).toISOString()}; old ones are removed.`,
    hint: `List those there are: \`ao record ls ${sessionId}\`.`,
  });
}

function tooShort(): AppError {
  return new AppError({
    code: 'BAD_INPUT',
    message: `Nothing was looked for: no word has ${MIN_WORD_LENGTH} letters.`,
    hint: `Type a word, or a part of one, of at least ${MIN_WORD_LENGTH} letters.`,
  });
}
