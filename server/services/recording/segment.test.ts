import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { parseCastEvent, parseCastHeader } from '../../core/recording/cast.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createFakeRecordingFiles } from '../../testing/fakes/recordings.ts';
import { beginSegment, FLUSH_MS, MAX_WAITING } from './segment.ts';

const ID = { sessionId: 'app-1' as SessionId, startedAtMs: 1_000 };
const SIZE = { cols: 80, rows: 24 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function begin() {
  const clock = createManualClock();
  const files = createFakeRecordingFiles(clock.nowMs);
  const failures: unknown[] = [];
  let written = 0;
  const segment = await beginSegment(
    { files, clock },
    { id: ID, size: SIZE, onWritten: () => (written += 1), onFailed: (caught) => failures.push(caught) },
  );
  const lines = (): readonly string[] => (files.texts(ID.sessionId)[0] ?? '').split('\n').slice(0, -1);
  const events = () => lines().slice(1).map(parseCastEvent);
  return { clock, files, failures, segment, lines, events, written: () => written };
}

describe('a segment of a recording', () => {
  it('has what was shown with its time, written in batches and not at each byte', async () => {
    const { clock, segment, lines, events, written } = await begin();
    expect(parseCastHeader(lines()[0] ?? '')).toEqual(SIZE);
    segment.output('data', bytes('one'));
    await clock.advance(200);
    segment.output('data', bytes('two'));
    segment.resize({ cols: 100, rows: 30 });
    expect(lines()).toHaveLength(1);
    await clock.advance(FLUSH_MS);
    expect(events()).toEqual([
      { atMs: 0, kind: 'output', data: 'one' },
      { atMs: 200, kind: 'output', data: 'two' },
      { atMs: 200, kind: 'resize', data: '100x30' },
    ]);
    expect(written()).toBe(1);
  });

  it('begins afresh at a picture, whatever stood there before', async () => {
    const { segment, events } = await begin();
    segment.output('snapshot', bytes('the screen'));
    await segment.end();
    expect(events()).toEqual([{ atMs: 0, kind: 'output', data: '\x18\x1bcthe screen' }]);
  });

  it('reads back as the text that was shown, wherever its bytes were cut', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(12), { maxLength: 40 }), async (shown, cuts) => {
        const { segment, events } = await begin();
        let rest = bytes(shown);
        for (const cut of cuts) {
          segment.output('data', rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        segment.output('data', rest);
        await segment.end();
        expect(
          events()
            .map((event) => event?.data)
            .join(''),
        ).toBe(shown);
      }),
      { numRuns: 100 },
    );
  });

  it('writes what waits when it ends, and takes nothing after that', async () => {
    const { segment, events, clock } = await begin();
    segment.output('data', bytes('last words'));
    const done = segment.end();
    await done;
    segment.output('data', bytes('too late'));
    await clock.advance(10 * FLUSH_MS);
    expect(events()).toEqual([{ atMs: 0, kind: 'output', data: 'last words' }]);
  });

  it('ends for good at the first write that fails, and says so once', async () => {
    const { segment, files, clock, failures } = await begin();
    files.refuse(new Error('ENOSPC'));
    segment.output('data', bytes('lost'));
    await clock.advance(FLUSH_MS);
    expect(failures).toEqual([new Error('ENOSPC')]);
    files.refuse(null);
    segment.output('data', bytes('more'));
    await segment.end();
    await clock.advance(10 * FLUSH_MS);
    expect(files.texts(ID.sessionId)[0]).not.toMatch(/lost|more/);
    expect(failures).toHaveLength(1);
  });

  it('gives up, rather than gather without end, where the disk does not keep up', async () => {
    const { segment, failures } = await begin();
    const chunk = bytes('x'.repeat(65_536));
    for (let count = 0; count * 65_536 <= MAX_WAITING; count += 1) segment.output('data', chunk);
    expect(failures).toMatchObject([{ message: expect.stringContaining('does not keep up') }]);
  });
});
