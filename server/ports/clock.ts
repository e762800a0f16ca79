/** Time, injected so that decisions can be tested without waiting. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. May jump. */
  nowMs(): number;
  /** Monotonic milliseconds from an arbitrary origin; stands still while the machine is suspended where the OS does so. */
  monotonicMs(): number;
  /** Runs `fn` once after `delayMs`; the returned function cancels. Never keeps the process alive by itself. */
  after(delayMs: number, fn: () => void): () => void;
  /** Resolves after `delayMs`, or at once when `signal` aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
