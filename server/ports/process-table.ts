/** The operating system's processes: identity that survives pid reuse, and the tree that belongs to one launch. */
import type { LaunchId } from '../core/ids.ts';

/** A process that cannot be confused with a later one of the same pid. `startedAt` is opaque (Linux: clock ticks since boot). */
export type ProcessRef = { readonly pid: number; readonly startedAt: string };

export type ProcessState = 'alive' | 'gone' | 'unknown';

export interface ProcessIdentity {
  /** Changes at each boot of the machine. */
  bootId(): string;
  /** The ref of a running pid; `null` when there is none (a zombie counts as none). */
  identify(pid: number): ProcessRef | null;
  /** Whether that very process still runs. A zombie is `gone`; EPERM is `alive`. */
  stateOf(ref: ProcessRef): ProcessState;
}

export type LaunchTree = {
  /** The pane's first process, when its runtime is still known. */
  readonly rootPid: number | null;
  readonly launchId: LaunchId;
};

export interface ProcessTree {
  /**
   * Ends everything of a launch: the root's session, its descendants, and whatever carries `AO_LAUNCH_ID=<launchId>` in
   * its environment. TERM, up to `graceMs`, KILL, look again. `protect` pids are never signalled. Idempotent.
   * Resolves to how many were signalled and which outlived KILL (uninterruptible ones).
   */
  end(tree: LaunchTree, options: { readonly graceMs: number; readonly protect: readonly number[] }): Promise<EndReport>;
}

export type EndReport = { readonly signalled: number; readonly survivors: readonly ProcessRef[] };
