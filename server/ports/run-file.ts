/** The run file: where anybody finds the daemon. Missing means nobody; what cannot be read has an answer of its own. */
import type { RunFileEntry } from '../core/liveness/run-file.ts';

export type RunFileReading =
  | { readonly kind: 'present'; readonly entry: RunFileEntry }
  | { readonly kind: 'missing' }
  /** There is something, and it is no run file of ours: truncated, a symbolic link, a directory, unreadable. */
  | { readonly kind: 'unusable'; readonly why: string };

export interface RunFile {
  readonly path: string;
  read(): RunFileReading;
  /** Atomic and durable, 0600. Throws `DATA_DIR_UNUSABLE` with the reason. */
  write(entry: RunFileEntry): void;
  /** Removes it only if the same process wrote what is there now. Never throws. */
  removeIfOurs(entry: RunFileEntry): 'removed' | 'missing' | 'not_ours' | 'failed';
}
