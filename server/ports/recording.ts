/** Recordings of sessions: the files they are kept in, the text they are found by, and the service over both. */
import type { SessionId, SessionRef } from '../core/ids.ts';
import type { Size } from '../core/terminal/size-arbiter.ts';

/** One file of a recording. It can be played by itself: it begins with the whole screen. */
export type SegmentId = { readonly sessionId: SessionId; readonly startedAtMs: number };
export type Segment = SegmentId & { readonly bytes: number; readonly endedAtMs: number };

/** Private to the user. What cannot be written rejects with the file system's own error. */
export interface RecordingFiles {
  create(id: SegmentId, header: string): Promise<void>;
  /** Rejects where the file is gone. What was written of a text that failed is to be taken for torn. */
  append(id: SegmentId, text: string): Promise<void>;
  /** All there are, or those of one session, oldest first. */
  list(sessionId: SessionId | null): Promise<readonly Segment[]>;
  /** At most `maxBytes` from `offset`, fewer at the end; `null` where there is no such segment. */
  read(id: SegmentId, range: { readonly offset: number; readonly maxBytes: number }): Promise<Uint8Array | null>;
  remove(id: SegmentId): Promise<void>;
}

/** What stood on the screen at a moment and had not stood there before. */
export type TextRow = { readonly atMs: number; readonly text: string };
/** A part of a line, and whether it is what was looked for. */
export type HitPart = { readonly text: string; readonly match: boolean };
export type TextHit = SegmentId & { readonly atMs: number; readonly parts: readonly HitPart[] };

export type TextQuery = {
  /** All of them; case does not count. */
  readonly words: readonly string[];
  /** Those of these sessions; `null`: of all. */
  readonly sessionId: SessionId | null;
  readonly limit: number;
};

/** Made from the files, and made again from them where it is lost or damaged. */
export interface RecordingIndex {
  /** Whether all of a segment is in it; those that it does not know are not. */
  known(): readonly (SegmentId & { readonly state: 'partial' | 'whole' })[];
  add(id: SegmentId, rows: readonly TextRow[]): void;
  /** Nothing more comes. */
  finish(id: SegmentId): void;
  drop(id: SegmentId): void;
  /** The latest first. */
  find(query: TextQuery): readonly TextHit[];
  close(): void;
}

/** A terminal of which only the text is of interest. */
export interface ScreenText {
  /** Resolves when it is on the screen. */
  write(text: string): Promise<void>;
  resize(size: Size): void;
  /** Lines with anything on them, without blanks at their end. */
  lines(): readonly string[];
  close(): void;
}

export type OpenScreenText = (size: Size) => Promise<ScreenText>;

export type RecordingFacts = {
  readonly sessionId: SessionId;
  /** `failing`: it is to be recorded and cannot be, with the reason. */
  readonly state: 'off' | 'recording' | 'ended' | 'failing';
  readonly why: string | null;
  /** Oldest first. */
  readonly segments: readonly Segment[];
};

export interface RecordingService {
  /** Throws `SESSION_NOT_FOUND`. */
  list(ref: SessionRef): Promise<RecordingFacts>;
  /** Whole lines from `offset` on; `nextOffset` is `null` at the end of what there is. Throws `RECORDING_NOT_FOUND`. */
  read(id: SegmentId, offset: number): Promise<{ readonly text: string; readonly nextOffset: number | null }>;
  /** Throws `BAD_INPUT` where no word is long enough to be looked for. */
  find(query: { readonly text: string; readonly sessionId: SessionId | null; readonly limit: number }): readonly TextHit[];
}
