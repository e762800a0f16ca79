/** Which recordings are to go so that the rest stays within the limits: the oldest ones. Pure. */
import type { SessionId } from '../ids.ts';

export type RecordedSegment = {
  readonly sessionId: SessionId;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly bytes: number;
};

export type RetentionLimits = {
  readonly perSessionBytes: number;
  readonly inAllBytes: number;
  readonly maxAgeMs: number;
};

/** `isOpen`: one that is being written counts and stays. */
export function planRemoval<Segment extends RecordedSegment>(
  segments: readonly Segment[],
  options: { readonly limits: RetentionLimits; readonly nowMs: number; readonly isOpen: (segment: Segment) => boolean },
): readonly Segment[] {
  const { limits, nowMs, isOpen } = options;
  const ofSession = new Map<SessionId, number>();
  let inAll = 0;
  // The latest first: what no longer fits is all that is older. Open ones take their place before any other.
  const byAge = segments.toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.startedAtMs - a.startedAtMs);
  return byAge.filter((segment) => {
    const own = (ofSession.get(segment.sessionId) ?? 0) + segment.bytes;
    inAll += segment.bytes;
    ofSession.set(segment.sessionId, own);
    if (isOpen(segment)) return false;
    return own > limits.perSessionBytes || inAll > limits.inAllBytes || nowMs - segment.endedAtMs > limits.maxAgeMs;
  });
}
