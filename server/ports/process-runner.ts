/** Runs a short-lived program without a shell, bounded in time and output. */
export type RunRequest = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** After this the child's process group gets SIGKILL. Milliseconds. */
  readonly timeoutMs: number;
  /** Aborted: as if the time were up at once. */
  readonly signal?: AbortSignal;
  readonly input?: string | Uint8Array;
  /** Bytes kept of each of stdout and stderr; what is over is dropped from the end. Default 8 MiB. */
  readonly maxOutputBytes?: number;
};

export type RunResult = {
  readonly outcome: 'exited' | 'timed_out' | 'cancelled' | 'not_started';
  /** Exit code, or `null` when it did not exit by itself. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  /** With `not_started`: the operating system's reason. */
  readonly stderr: string;
};

export interface ProcessRunner {
  /** Never rejects: every way to fail is an `outcome` or a code. */
  run(request: RunRequest): Promise<RunResult>;
}
