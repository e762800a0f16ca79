/**
 * What one viewer of a terminal may be sent (SPEC §5). A viewer acknowledges what its terminal has worked off; one that lags is
 * conflated: nothing is sent until it has caught up, then the current screen, then the stream again. Nobody ever waits for it.
 * Pure: the bytes themselves, and the moment of a snapshot, belong to the caller.
 */

export type FlowLimits = {
  /** Unacknowledged bytes after which a viewer is conflated. */
  readonly highWaterBytes: number;
  /** Below this it gets a fresh screen. At most this much may precede a single large frame. */
  readonly lowWaterBytes: number;
};

export type ViewerFlow = {
  /**
   * `due`: a screen is owed as soon as one can be taken. `awaiting`: one is being taken, and what comes after it is held.
   * `conflated`: what comes is skipped until the viewer has caught up.
   */
  readonly phase: 'due' | 'awaiting' | 'streaming' | 'conflated';
  readonly unackedBytes: number;
  readonly heldBytes: number;
  /** More came while the screen was being taken than may be held: what was held is worth nothing. */
  readonly overrun: 'no' | 'yes';
};

export type Offered = { readonly flow: ViewerFlow; readonly verdict: 'send' | 'hold' | 'skip' };

/** A viewer that has just come is owed a screen. */
export const NEW_FLOW: ViewerFlow = { phase: 'due', unackedBytes: 0, heldBytes: 0, overrun: 'no' };

export function offerFrame(flow: ViewerFlow, bytes: number, limits: FlowLimits): Offered {
  switch (flow.phase) {
    case 'due':
    case 'conflated':
      return { flow, verdict: 'skip' };
    case 'awaiting': {
      if (flow.overrun === 'yes' || flow.heldBytes + bytes > limits.highWaterBytes)
        return { flow: { ...flow, heldBytes: 0, overrun: 'yes' }, verdict: 'skip' };
      return { flow: { ...flow, heldBytes: flow.heldBytes + bytes }, verdict: 'hold' };
    }
    case 'streaming': {
      const fits = flow.unackedBytes <= limits.lowWaterBytes || flow.unackedBytes + bytes <= limits.highWaterBytes;
      if (!fits) return { flow: { ...flow, phase: 'conflated' }, verdict: 'skip' };
      return { flow: { ...flow, unackedBytes: flow.unackedBytes + bytes }, verdict: 'send' };
    }
  }
}

/** An ack for more than was sent is nonsense from outside and counts as one for all of it. */
export function takeAck(flow: ViewerFlow, bytes: number, limits: FlowLimits): ViewerFlow {
  const unackedBytes = Math.max(0, flow.unackedBytes - bytes);
  const caughtUp = flow.phase === 'conflated' && unackedBytes < limits.lowWaterBytes;
  return { ...flow, unackedBytes, phase: caughtUp ? 'due' : flow.phase };
}

/** The screen is being taken at this very point of the stream. */
export function beginRefresh(flow: ViewerFlow): ViewerFlow {
  return { ...flow, phase: 'awaiting', heldBytes: 0, overrun: 'no' };
}

/** The screen goes out; what was held is to be offered next, unless it ran over. Taken only `now`, it has what was held. */
export function endRefresh(flow: ViewerFlow, snapshotBytes: number, taken: 'at the call' | 'now'): ViewerFlow {
  const phase = flow.overrun === 'yes' && taken === 'at the call' ? 'conflated' : 'streaming';
  return { phase, unackedBytes: flow.unackedBytes + snapshotBytes, heldBytes: 0, overrun: 'no' };
}
