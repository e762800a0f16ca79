import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOutput, decodeSnapshot, FRAME } from '../adapters/runtime/ptyhost/frames.ts';
import { createFollower } from './follower.ts';

const SIZE = { cols: 80, rows: 24 };

/**
 * A host and a reader in memory: the screen is the whole stream so far, and the wire keeps what was sent until the reader takes it. Whoever puts what it gets together must end with the whole stream.
 */
function stand() {
  let stream = '';
  let waiting = 0;
  const sent: Uint8Array[] = [];
  const read = { text: '', snapshots: 0, most: 0 };
  const follower = createFollower({
    wire: {
      send(frame) {
        sent.push(frame);
        waiting += frame.length;
        read.most = Math.max(read.most, waiting);
      },
      waiting: () => waiting,
    },
    picture: () => ({ offset: stream.length, size: SIZE, bytes: new TextEncoder().encode(stream.slice(-20)) }),
  });

  return {
    read,
    redraw: follower.redraw,
    print(text: string) {
      follower.output({ offset: stream.length, bytes: new TextEncoder().encode(text) });
      stream += text;
    },
    /** The reader takes all that is there. */
    take() {
      for (const frame of sent.splice(0)) {
        if (frame[4] === FRAME.snapshot) {
          const { offset, bytes } = decodeSnapshot(frame.subarray(5));
          const shown = new TextDecoder().decode(bytes);
          expect(shown).toBe(stream.slice(Math.max(0, offset - 20), offset));
          read.text = stream.slice(0, offset);
          read.snapshots += 1;
        } else {
          const { offset, bytes } = decodeOutput(frame.subarray(5));
          // No gap, no duplicate.
          expect(offset).toBe(read.text.length);
          read.text += new TextDecoder().decode(bytes);
        }
      }
      waiting = 0;
      follower.drained();
    },
    stream: () => stream,
    idle: () => sent.length === 0,
  };
}

describe('a follower of a screen', () => {
  it('T1, T2: whatever is printed, drawn anew and read when, ends with the whole stream and never buffers without bound', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('print' as const), length: fc.integer({ min: 1, max: 200_000 }) }) },
      fc.record({ do: fc.constantFrom('take' as const, 'redraw' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const host = stand();
        steps.forEach((each, index) => {
          if (each.do === 'print') host.print(String.fromCharCode(97 + (index % 26)).repeat(each.length));
          else host[each.do]();
        });
        for (let turn = 0; turn < 100 && !host.idle(); turn += 1) {
          host.take();
        }
        expect(host.read.text === host.stream()).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('T2: one that reads nothing is sent nothing more, and then one picture instead of what it missed', () => {
    const host = stand();
    for (let count = 0; count < 1_000; count += 1) host.print('x'.repeat(10_000));
    expect(host.read.most).toBeLessThan(300_000);
    host.take();
    host.take();
    expect([host.read.snapshots, host.read.text === host.stream()]).toEqual([2, true]);
    host.print('and on');
    host.take();
    expect(host.read.text.endsWith('and on')).toBe(true);
  });
});
