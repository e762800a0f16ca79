import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createFakeScreens, createRecordingSink, FAN_OUT_LIMITS, type RecordingSink } from '../../testing/fakes/terminal.ts';
import { createFanOut } from './fan-out.ts';

function makeFanOut(mode: 'at once' | 'when told' = 'at once') {
  const clock = createManualClock();
  const screens = createFakeScreens(mode);
  let flow: 'flowing' | 'paused' = 'flowing';
  const fan = createFanOut({
    screen: screens.open({ cols: 80, rows: 24 }),
    clock,
    limits: FAN_OUT_LIMITS,
    pause: () => (flow = 'paused'),
    resume: () => (flow = 'flowing'),
  });
  const say = (text: string): void => fan.push(new TextEncoder().encode(text));
  const watch = (id: string): RecordingSink => {
    const sink = createRecordingSink();
    fan.add(id, sink.output);
    return sink;
  };
  return { clock, screens, fan, say, watch, flow: () => flow };
}

describe('one stream to many viewers', () => {
  it('sends the first byte at once and gathers what follows into a frame a period', async () => {
    const { clock, say, watch } = makeFanOut();
    const viewer = watch('v');
    say('a');
    expect(viewer.text()).toBe('a');
    say('b');
    say('c');
    expect(viewer.text()).toBe('a');
    await clock.advance(4);
    expect(viewer.text()).toBe('abc');
    expect(viewer.frames).toEqual([
      { kind: 'snapshot', bytes: 0 },
      { kind: 'data', bytes: 1 },
      { kind: 'data', bytes: 2 },
    ]);
    await clock.advance(8);
    say('d');
    expect(viewer.text()).toBe('abcd');
  });

  it('sends a stream that does not pause at the pace of a display, and again at once where somebody typed or it paused', async () => {
    const { clock, fan, say, watch } = makeFanOut();
    const viewer = watch('v');
    /** How many milliseconds passed between the frames; something comes in each. */
    const gaps = async (ms: number): Promise<readonly number[]> => {
      const found: number[] = [];
      let since = 0;
      for (let at = 0; at < ms; at += 1) {
        const before = viewer.frames.length;
        say('x');
        await clock.advance(1);
        since += 1;
        if (viewer.frames.length === before) continue;
        found.push(since);
        since = 0;
        fan.ack('v', viewer.takeUnacked());
      }
      return found;
    };
    expect(await gaps(4 * 8 + 48)).toEqual([1, 3, 4, 4, 4, 4, 4, 4, 4, 16, 16, 16]);
    fan.hurry();
    expect(await gaps(4 * 8 + 32)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 16, 16]);
    await clock.advance(16);
    await clock.advance(16);
    const { length } = viewer.frames;
    say('y');
    expect(viewer.frames).toHaveLength(length + 1);
    expect((await gaps(12)).slice(1)).toEqual([4, 4]);
  });

  it('T5: sends a frame that is full without waiting, and cuts what is larger', () => {
    const { say, watch } = makeFanOut();
    const viewer = watch('v');
    say('x');
    say('y'.repeat(70));
    expect(viewer.frames.map(({ bytes }) => bytes)).toEqual([0, 1, 32]);
  });

  it('T3: gives a viewer that joins in the middle of a flood the screen and then the stream, nothing twice and nothing missing', () => {
    const { screens, say, watch } = makeFanOut('when told');
    say('0123');
    const viewer = watch('v');
    say('4567');
    screens.parse(1);
    expect(viewer.frames).toEqual([]);
    screens.parse();
    expect(viewer.text()).toBe('0123');
    say('x'.repeat(32));
    expect(viewer.text()).toBe(`01234567${'x'.repeat(32)}`);
  });

  it('T2: one that never reads gets no more than its window, the fast one beside it everything as it comes', async () => {
    const { clock, say, watch, fan } = makeFanOut();
    const [fast, stuck] = [watch('fast'), watch('stuck')];
    let whole = '';
    for (let count = 0; count < 50; count += 1) {
      const line = `line ${count};`;
      whole += line;
      say(line);
      await clock.advance(4);
      fan.ack('fast', fast.takeUnacked());
      expect(fast.text()).toBe(whole);
    }
    expect(stuck.takeUnacked()).toBeLessThanOrEqual(FAN_OUT_LIMITS.highWaterBytes);
    expect(fast.frames.filter(({ kind }) => kind === 'snapshot')).toHaveLength(1);
  });

  it('T2: one that reads slowly gets the present screen when it has caught up, and no more often than a picture a moment', async () => {
    const { clock, say, watch, fan } = makeFanOut();
    const slow = watch('slow');
    const pictures = (): number => slow.frames.filter(({ kind }) => kind === 'snapshot').length;
    for (let round = 0; round < 20; round += 1) {
      for (let count = 0; count < 20; count += 1) say('0123456789');
      fan.ack('slow', slow.takeUnacked());
      await clock.advance(3);
    }
    // 60 ms of flood.
    expect(pictures()).toBeLessThanOrEqual(4);
    await clock.advance(30);
    fan.ack('slow', slow.takeUnacked());
    await clock.advance(30);
    expect(slow.text()).toBe('0123456789'.repeat(400));
  });

  it('T2, T5: has the source wait while the screen model is behind, and go on when it has caught up', () => {
    const { screens, say, flow } = makeFanOut('when told');
    for (let count = 0; count < 21; count += 1) say('0123456789');
    expect(flow()).toBe('paused');
    screens.parse(15);
    expect(flow()).toBe('paused');
    screens.parse();
    expect(flow()).toBe('flowing');
  });

  it('ends with the last picture for everybody, whatever their windows say', async () => {
    const { clock, say, watch, fan, screens } = makeFanOut('when told');
    const [stuck, fine] = [watch('stuck'), watch('fine')];
    screens.parse();
    let whole = '';
    for (let count = 0; count < 30; count += 1) {
      whole += `${count} `.padEnd(10, '.');
      say(`${count} `.padEnd(10, '.'));
      await clock.advance(4);
      fan.ack('fine', fine.takeUnacked());
    }
    let done = false;
    fan.finish(() => (done = true));
    screens.parse();
    expect([done, stuck.text(), fine.text()]).toEqual([true, whole, whole]);
  });

  it('T3: shows every viewer the whole stream once it is quiet, whatever the order of things was', async () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('say' as const), length: fc.integer({ min: 1, max: 60 }) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('parse' as const), length: fc.integer({ min: 1, max: 4 }) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('ack' as const), id }) },
      fc.record({ kind: fc.constant('join' as const), id }),
      fc.record({ kind: fc.constant('leave' as const), id }),
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), length: fc.integer({ min: 1, max: 20 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 80 }), async (events) => {
        const { clock, fan, say, watch, screens } = makeFanOut('when told');
        const sinks = new Map<string, RecordingSink>();
        let whole = '';
        for (const each of events) {
          if (each.kind === 'say') {
            const part = `${whole.length};`.padEnd(each.length, '.');
            whole += part;
            say(part);
          } else if (each.kind === 'parse') screens.parse(each.length);
          else if (each.kind === 'wait') await clock.advance(each.length);
          else if (each.kind === 'ack') fan.ack(each.id, sinks.get(each.id)?.takeUnacked() ?? 0);
          else if (each.kind === 'leave') {
            fan.remove(each.id);
            sinks.delete(each.id);
          } else if (!sinks.has(each.id)) sinks.set(each.id, watch(each.id));
        }
        for (let round = 0; round < 6; round += 1) {
          screens.parse();
          for (const [viewer, sink] of sinks) fan.ack(viewer, sink.takeUnacked());
          await clock.advance(40);
        }
        for (const sink of sinks.values()) expect(sink.text()).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });
});
