/** What the run file says (SPEC §1.3). The wire's schema checks it; this is the shape everybody means. */
import type { Owner } from './owner.ts';

export type RunFileEntry = {
  readonly pid: number;
  /** Opaque process start time; with pid and boot id it names one process for good. */
  readonly processStartedAt: string;
  readonly bootId: string;
  readonly port: number;
  readonly state: 'starting' | 'ready';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly version: string;
  readonly instanceId: string;
  readonly owner: Owner;
  /** Actual path of the supervisor socket; `null` where it could not be bound. */
  readonly superviseSocket: string | null;
};

/** Whether two entries were written by the same process. */
export function isSameDaemon(a: RunFileEntry, b: RunFileEntry): boolean {
  return a.pid === b.pid && a.processStartedAt === b.processStartedAt && a.bootId === b.bootId && a.instanceId === b.instanceId;
}
