import type { FaultPoint } from '../core/fault-points.ts';

/** Called right after the effect that a point is named for. Does nothing unless that point is armed. */
export interface FaultPoints {
  passed(point: FaultPoint): void;
}
