/** Viewers of a terminal whose pictures its pty host draws: the host's end, the daemon's, and the fan-out between, with what is on its way. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeOutput, decodePicture, decodeSnapshot, FRAME } from '../../adapters/runtime/ptyhost/frames.ts';
import { createHostScreen } from '../../adapters/runtime/ptyhost/host-screen.ts';
import { createFollower } from '../../pty-host/follower.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createRecordingSink, FAN_OUT_LIMITS, type RecordingSink } from '../../testing/fakes/terminal.ts';
import { createFanOut } from './fan-out.ts';

const SIZE = { cols: 80, rows: 24 };
/** What is before it is drawn over. */
const AFRESH = '\x18';
const encoder = new TextEncoder();

/** The screen is the whole stream so far. */
function makeWorld() {
  const clock = createManualClock();
  const toDaemon: Uint8Array[] = [];
  const toHost: number[] = [];
  const sinks = new Map<string, RecordingSink>();
  let stream = '';
  let reading = true;
  const follower = createFollower({
    wire: { send: (frame) => void toDaemon.push(frame), waiting: () => (reading ? 0 : Number.POSITIVE_INFINITY) },
    picture: () => ({ offset: stream.length, size: SIZE, bytes: encoder.encode(AFRESH + stream) }),
  });
  const host = createHostScreen((number) => void toHost.push(number));
  const fan = createFanOut({ screen: host.screen, clock, limits: FAN_OUT_LIMITS, pause: () => undefined, resume: () => undefined });

  return {
    clock,
    sinks,
    print(length: number) {
      const part = `${stream.length};`.padEnd(length, '.');
      follower.output({ offset: stream.length, bytes: encoder.encode(part) });
      stream += part;
    },
    redraw: follower.redraw,
    stall() {
      reading = false;
    },
    go() {
      reading = true;
      follower.drained();
    },
    hear() {
      const number = toHost.shift();
      if (number !== undefined) follower.show(number);
    },
    take(frames: number) {
      for (const frame of toDaemon.splice(0, frames)) {
        const payload = frame.subarray(5);
        if (frame[4] === FRAME.picture) host.drawn(decodePicture(payload));
        else fan.push((frame[4] === FRAME.snapshot ? decodeSnapshot : decodeOutput)(payload).bytes);
      }
    },
    join(id: string) {
      if (sinks.has(id)) return;
      const sink = createRecordingSink();
      sinks.set(id, sink);
      fan.add(id, sink.output);
    },
    leave(id: string) {
      sinks.delete(id);
      fan.remove(id);
    },
    ack: (id: string) => fan.ack(id, sinks.get(id)?.takeUnacked() ?? 0),
    shown: (id: string) => (sinks.get(id)?.text() ?? '').split(AFRESH).at(-1),
    stream: () => stream,
  };
}

it('T1, T3: all show the whole stream once it is quiet, whatever was on its way when they came, lagged or the host drew anew', async () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('print' as const), length: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('take' as const), frames: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('hear' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('ack' as const), id }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), id }) },
    fc.record({ do: fc.constantFrom('redraw' as const, 'stall' as const, 'go' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const world = makeWorld();
      for (const each of steps) {
        if (each.do === 'print') world.print(each.length);
        else if (each.do === 'take') world.take(each.frames);
        else if (each.do === 'wait') await world.clock.advance(each.ms);
        else if (each.do === 'ack' || each.do === 'join' || each.do === 'leave') world[each.do](each.id);
        else world[each.do]();
      }
      world.go();
      for (let turn = 0; turn < 40; turn += 1) {
        world.hear();
        world.take(Number.POSITIVE_INFINITY);
        for (const viewer of world.sinks.keys()) world.ack(viewer);
        await world.clock.advance(40);
      }
      for (const viewer of world.sinks.keys()) expect(world.shown(viewer)).toBe(world.stream());
    }),
    { numRuns: 1_000 },
  );
});
