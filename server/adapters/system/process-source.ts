/** What the process table needs of an operating system: one implementation for Linux (`/proc`), one for macOS (`ps`). */
import type { ProcessFacts } from './proc-stat.ts';

export type ProcessSource = {
  readonly bootId: () => string;
  /** `null` when there is no such process, `'unknown'` when the system would not say. */
  readonly read: (pid: number) => ProcessFacts | null | 'unknown';
  readonly list: () => Promise<readonly ProcessFacts[]>;
  /** Those of `pids` whose environment holds the entry `NAME=value`. Others' processes are not readable and never match. */
  readonly carrying: (entry: string, pids: readonly number[]) => Promise<ReadonlySet<number>>;
};
