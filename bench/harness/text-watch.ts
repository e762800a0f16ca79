/** Waits for words in a stream of bytes, also where one lies across two pieces. */

export type TextWatch = {
  readonly push: (data: Uint8Array) => void;
  readonly until: (words: string, limitMs?: number) => Promise<number>;
  readonly forget: () => void;
};

const LIMIT_MS = 60_000;

export function createTextWatch(): TextWatch {
  let last: Uint8Array = Buffer.alloc(0);
  let tail: Uint8Array = Buffer.alloc(0);
  let wanted: Buffer | null = null;
  let found: (atMs: number) => void = () => undefined;

  function look(data: Uint8Array): void {
    if (wanted === null || Buffer.from(data.buffer, data.byteOffset, data.byteLength).indexOf(wanted) === -1) return;
    wanted = null;
    found(performance.now());
  }

  return {
    push(data) {
      const whole = tail.length === 0 ? data : Buffer.concat([tail, data]);
      look(whole);
      last = whole;
      tail = whole.subarray(Math.max(0, whole.length - 64));
    },
    /** Resolves with the time at which they were there. What has been forgotten does not count. */
    until(words, limitMs = LIMIT_MS) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () =>
            reject(
              new Error(`${JSON.stringify(words)} did not come; the end is ${JSON.stringify(Buffer.from(last).toString().slice(-300))}`),
            ),
          limitMs,
        );
        wanted = Buffer.from(words);
        found = (atMs) => {
          clearTimeout(timer);
          resolve(atMs);
        };
        look(last);
      });
    },
    forget() {
      last = Buffer.alloc(0);
      tail = Buffer.alloc(0);
    },
  };
}
