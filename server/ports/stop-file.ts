/** The memory of a deliberate stop, beside the run file: while it is there, no tab that wakes up brings the daemon back. */
export type DeliberateStop = { readonly atMs: number; readonly by: string };

export interface StopFile {
  /** `null`: the daemon may be started on demand. A file that cannot be read counts as a stop: starting is what needs a reason. */
  read(): DeliberateStop | null;
  /** Atomic, 0600. Throws `DATA_DIR_UNUSABLE`. */
  write(stop: DeliberateStop): void;
  /** Throws `DATA_DIR_UNUSABLE` where it cannot be removed. */
  clear(): void;
}
