/**
 * Gathers a stream into frames: the first byte after a silence goes at once, then at most one frame in a period, or when one is
 * full. A frame per chunk would cost more than the chunk; one at the end of a period would delay every echo by that period. A stream
 * that does not pause gets a longer one: what comes faster than a display shows it is work for every process on the way, and for
 * the same cores on which the agent runs. Pure: time is the caller's.
 */
export type BatchLimits = {
  readonly periodMs: number;
  /** The period of a stream that does not pause. */
  readonly sustainedMs: number;
  readonly maxBytes: number;
};

/** So many periods in a row in which something came, and nobody typed. */
const SUSTAINED_AFTER = 8;

export type Batches = {
  readonly push: (data: Uint8Array) => void;
  /** Sends what has been gathered now, so that what is said next comes after it. */
  readonly flush: () => void;
  /** Somebody has typed and waits for what comes of it, in a flood too: the short period for a while. */
  readonly hurry: () => void;
  readonly close: () => void;
};

export function createBatches(deps: {
  /** Runs once after `ms`; answers how to call it off. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly limits: BatchLimits;
  readonly send: (frame: Uint8Array) => void;
}): Batches {
  const { after, limits, send } = deps;
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  let cancel: (() => void) | null = null;
  /** Periods since the last silence or input. */
  let run = 0;

  function flush(): void {
    if (bytes === 0) return;
    const frame = gathered.length === 1 && gathered[0] !== undefined ? gathered[0] : joinBytes(gathered);
    gathered = [];
    bytes = 0;
    send(frame);
  }

  function arm(): void {
    cancel = after(run < SUSTAINED_AFTER ? limits.periodMs : limits.sustainedMs, () => {
      cancel = null;
      if (bytes === 0) {
        run = 0;
        return;
      }
      run += 1;
      flush();
      arm();
    });
  }

  return {
    push(data) {
      for (let from = 0; from < data.length; from += limits.maxBytes) {
        const part = data.subarray(from, from + limits.maxBytes);
        if (bytes + part.length > limits.maxBytes) flush();
        gathered.push(part);
        bytes += part.length;
        if (bytes === limits.maxBytes) flush();
      }
      if (cancel !== null) return;
      flush();
      arm();
    },
    flush,
    hurry() {
      const sustained = run >= SUSTAINED_AFTER;
      run = 0;
      if (!sustained || cancel === null) return;
      cancel();
      flush();
      arm();
    },
    close() {
      cancel?.();
      cancel = null;
      gathered = [];
      bytes = 0;
    },
  };
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
