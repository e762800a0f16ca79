/** A segment's id as the key of a map. Pure. */
import type { SessionId } from '../ids.ts';

export const segmentKey = ({ sessionId, startedAtMs }: { readonly sessionId: SessionId; readonly startedAtMs: number }): string =>
  `${sessionId}/${startedAtMs}`;
