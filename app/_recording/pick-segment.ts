/** Which recording a moment is in. Pure. */
import type { SegmentView } from '../../server/contract/recording.ts';

/** The last one that had begun by then; the first where none had, and the latest where no moment is meant. */
export function pickSegment(segments: readonly SegmentView[], atMs: number | null): SegmentView | null {
  if (atMs === null) return segments.at(-1) ?? null;
  return segments.findLast(({ startedAtMs }) => startedAtMs <= atMs) ?? segments[0] ?? null;
}

/** A moment out of the address, or none. */
export function parseMoment(text: string | null): number | null {
  return text !== null && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
