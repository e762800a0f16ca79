/** Recordings as the contract shows them. */
import type { RecordingHit, RecordingList } from '../contract/recording.ts';
import type { RecordingFacts, TextHit } from '../ports/recording.ts';

export function toRecordingList({ sessionId, state, why, segments }: RecordingFacts): RecordingList {
  return { sessionId, state, why, segments: segments.map(({ startedAtMs, endedAtMs, bytes }) => ({ startedAtMs, endedAtMs, bytes })) };
}

export function toRecordingHit({ sessionId, startedAtMs, atMs, parts }: TextHit): RecordingHit {
  return { sessionId, startedAtMs, atMs, parts: parts.map(({ text, match }) => ({ text, match })) };
}
