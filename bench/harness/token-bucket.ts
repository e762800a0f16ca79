/** When a line of a certain rate may carry the next bytes. Pure: time is an argument. */

export type TokenBucket = {
  /** Takes so many bytes, and says how long they have to wait before they may go. Milliseconds. */
  readonly take: (bytes: number, nowMs: number) => number;
};

export function createTokenBucket(line: { readonly bytesPerSecond: number; readonly burstBytes: number }): TokenBucket {
  const perMs = line.bytesPerSecond / 1_000;
  let tokens = line.burstBytes;
  let atMs: number | null = null;
  return {
    take(bytes, nowMs) {
      tokens = Math.min(line.burstBytes, tokens + (nowMs - (atMs ?? nowMs)) * perMs);
      atMs = nowMs;
      // What is not there yet is owed, so that whoever comes next waits for it too.
      tokens -= bytes;
      return tokens >= 0 ? 0 : -tokens / perMs;
    },
  };
}
