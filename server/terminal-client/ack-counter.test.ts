import { describe, expect, it } from 'vitest';
import { ACK_EVERY_BYTES, createAckCounter } from './ack-counter.ts';
import { HIGH_WATER_BYTES, LOW_WATER_BYTES } from './limits.ts';

function world() {
  const sent: number[] = [];
  const due: (() => void)[] = [];
  const acks = createAckCounter({
    send: (bytes) => sent.push(bytes),
    after: (_ms, run) => {
      due.push(run);
      return () => {
        due.splice(due.indexOf(run), 1);
      };
    },
  });
  return {
    sent,
    due,
    acks,
    turn: () => {
      for (const run of due.splice(0)) run();
    },
  };
}

describe('acknowledged output', () => {
  it('keeps its step below the daemon’s low water, so that a conflated viewer is always woken', () => {
    expect(ACK_EVERY_BYTES).toBeLessThanOrEqual(LOW_WATER_BYTES);
    expect(LOW_WATER_BYTES).toBeLessThanOrEqual(HIGH_WATER_BYTES);
  });

  it('tells every byte exactly once, in steps and with the rest after a moment (T2)', () => {
    const { sent, acks, turn } = world();
    acks.worked(ACK_EVERY_BYTES - 1);
    expect(sent).toEqual([]);
    acks.worked(2);
    expect(sent).toEqual([ACK_EVERY_BYTES + 1]);
    acks.worked(7);
    turn();
    turn();
    expect(sent).toEqual([ACK_EVERY_BYTES + 1, 7]);
  });

  it('sets one timer however many small writes there are', () => {
    const { due, acks } = world();
    for (let count = 0; count < 100; count += 1) acks.worked(1);
    expect(due).toHaveLength(1);
  });

  it('says nothing of an attach that is over', () => {
    const { sent, due, acks, turn } = world();
    acks.worked(10);
    acks.stop();
    expect(due).toEqual([]);
    acks.worked(ACK_EVERY_BYTES * 2);
    turn();
    expect(sent).toEqual([]);
  });

  it('never acknowledges nothing, which the daemon would refuse', () => {
    const { sent, acks, turn } = world();
    acks.worked(0);
    turn();
    expect(sent).toEqual([]);
  });
});
