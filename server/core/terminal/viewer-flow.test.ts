import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginRefresh, endRefresh, NEW_FLOW, offerFrame, takeAck, type ViewerFlow } from './viewer-flow.ts';

const LIMITS = { highWaterBytes: 65_536, lowWaterBytes: 16_384 };
const MAX_FRAME = 65_536;

const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('offer' as const), bytes: fc.integer({ min: 1, max: MAX_FRAME }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ack' as const), bytes: fc.integer({ min: 1, max: 2 * MAX_FRAME }) }) },
  fc.record({ kind: fc.constant('refresh' as const), bytes: fc.integer({ min: 10, max: 30_000 }) }),
);

function streaming(unackedBytes: number): ViewerFlow {
  return { ...NEW_FLOW, phase: 'streaming', unackedBytes };
}

describe('what a viewer may be sent', () => {
  it('T2: never has more on its way than a picture beyond the high water, or one frame beyond the low', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        let flow = NEW_FLOW;
        let sent = 0;
        let acked = 0;
        let pictures = 0;
        for (const { kind, bytes } of events) {
          if (kind === 'offer') {
            const offered = offerFrame(flow, bytes, LIMITS);
            if (offered.verdict === 'send') sent += bytes;
            flow = offered.flow;
          } else if (kind === 'ack') {
            acked += Math.min(bytes, sent - acked);
            flow = takeAck(flow, bytes, LIMITS);
          } else if (flow.phase === 'due') {
            flow = endRefresh(beginRefresh(flow), bytes, 'at the call');
            sent += bytes;
            pictures = bytes;
          }
          expect(flow.unackedBytes).toBe(sent - acked);
          expect(flow.unackedBytes).toBeLessThanOrEqual(Math.max(LIMITS.highWaterBytes, LIMITS.lowWaterBytes + MAX_FRAME) + pictures);
          expect(flow.heldBytes).toBeLessThanOrEqual(LIMITS.highWaterBytes);
        }
      }),
    );
  });

  it('is conflated above the high water, skips what comes, and is owed a screen below the low water only', () => {
    const full = offerFrame(streaming(60_000), 10_000, LIMITS);
    expect(full).toEqual({ verdict: 'skip', flow: { ...streaming(60_000), phase: 'conflated' } });
    expect(offerFrame(full.flow, 1, LIMITS).verdict).toBe('skip');
    expect(takeAck(full.flow, 43_616, LIMITS).phase).toBe('conflated');
    expect(takeAck(full.flow, 43_617, LIMITS).phase).toBe('due');
  });

  it('sends a single large frame to a viewer that has nearly caught up', () => {
    expect(offerFrame(streaming(LIMITS.lowWaterBytes), MAX_FRAME, LIMITS).verdict).toBe('send');
    expect(offerFrame(streaming(LIMITS.lowWaterBytes + 1), MAX_FRAME, LIMITS).verdict).toBe('skip');
  });

  it('takes an ack for more than was sent as one for all of it', () => {
    expect(takeAck(streaming(10), 1_000_000, LIMITS).unackedBytes).toBe(0);
  });

  it('T2: holds what comes while a screen is taken, and conflates where that is too much', () => {
    const awaiting = beginRefresh(NEW_FLOW);
    const held = offerFrame(awaiting, 60_000, LIMITS);
    expect(held.verdict).toBe('hold');
    expect(endRefresh(held.flow, 500, 'at the call')).toEqual({ ...streaming(500) });
    const overrun = offerFrame(held.flow, 60_000, LIMITS);
    expect(overrun.verdict).toBe('skip');
    expect(offerFrame(overrun.flow, 1, LIMITS).verdict).toBe('skip');
    expect(endRefresh(overrun.flow, 500, 'at the call')).toEqual({ ...streaming(500), phase: 'conflated' });
    expect(takeAck(endRefresh(overrun.flow, 500, 'at the call'), 1, LIMITS).phase).toBe('due');
    // A screen that is of this moment has all that was held or let go.
    expect(endRefresh(overrun.flow, 500, 'now')).toEqual(streaming(500));
  });
});
