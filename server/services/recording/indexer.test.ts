import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { toCastHeader, toCastLines } from '../../core/recording/cast.ts';
import { segmentKey } from '../../core/recording/segment-key.ts';
import type { SegmentId } from '../../ports/recording.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { createFakeRecordingFiles, createFakeRecordingIndex } from '../../testing/fakes/recordings.ts';
import { createIndexer, INDEX_DELAY_MS } from './indexer.ts';

const ID: SegmentId = { sessionId: 'app-1' as SessionId, startedAtMs: 1_000 };
const HEADER = toCastHeader({ size: { cols: 80, rows: 24 }, startedAtMs: 1_000 });
const at = (atMs: number, data: string): string => toCastLines({ atMs, kind: 'output', data });

function makeIndexer() {
  const clock = createManualClock();
  const files = createFakeRecordingFiles(clock.nowMs);
  const index = createFakeRecordingIndex();
  const open = new Set<string>();
  const log = createRecordingLog();
  // A screen on which each line stays for good.
  const openScreenText = async () => {
    let text = '';
    return {
      write: async (more: string) => void (text += more),
      resize: () => undefined,
      lines: () => text.split('\r\n').filter((line) => line !== ''),
      close: () => undefined,
    };
  };
  const isOpen = (id: SegmentId): boolean => open.has(segmentKey(id));
  const make = () => createIndexer({ files, index, openScreenText, clock, log, isOpen });
  return { clock, files, index, open, make, log };
}

describe('the reader of recordings', () => {
  it('finds what earlier daemons left, and reads each once', async () => {
    const { clock, files, index, make } = makeIndexer();
    files.plant(ID, `${HEADER}${at(500, 'first\r\n')}${at(9_000, 'second\r\n')}`);
    const indexer = make();
    indexer.start();
    await clock.advance(INDEX_DELAY_MS + 500);
    expect(index.rows()).toMatchObject([
      { atMs: 1_500, text: 'first' },
      { atMs: 10_000, text: 'second' },
    ]);
    expect(index.known()).toMatchObject([{ state: 'whole' }]);
    await indexer.stop();
    make().start();
    await clock.advance(INDEX_DELAY_MS + 500);
    expect(index.rows()).toHaveLength(2);
  });

  it('follows one that grows, line by line, however it was cut when it was read', async () => {
    const { clock, files, index, open, make } = makeIndexer();
    const indexer = make();
    open.add(segmentKey(ID));
    const line = at(10, 'a line\r\n');
    files.plant(ID, HEADER + line.slice(0, 12));
    indexer.grown(ID);
    await clock.advance(INDEX_DELAY_MS + 500);
    expect(index.rows()).toEqual([]);
    await files.append(ID, line.slice(12));
    indexer.grown(ID);
    await clock.advance(INDEX_DELAY_MS + 500);
    expect(index.rows()).toMatchObject([{ atMs: 1_010, text: 'a line' }]);
    expect(index.known()).toMatchObject([{ state: 'partial' }]);
    open.clear();
    indexer.grown(ID);
    await clock.advance(INDEX_DELAY_MS + 500);
    expect([index.rows().length, index.known()]).toMatchObject([1, [{ state: 'whole' }]]);
  });

  it('reads one again from the start that a killed daemon had only half read', async () => {
    const { clock, files, index, make } = makeIndexer();
    index.add(ID, [{ atMs: 1_500, text: 'first' }]);
    files.plant(ID, `${HEADER}${at(500, 'first\r\n')}${at(600, 'torn').slice(0, 9)}`);
    make().start();
    await clock.advance(INDEX_DELAY_MS + 500);
    expect(index.rows()).toMatchObject([{ text: 'first' }]);
    expect(index.known()).toMatchObject([{ state: 'whole' }]);
  });

  it('forgets what is gone, and what is no recording costs nothing', async () => {
    const { clock, files, index, make } = makeIndexer();
    index.finish({ ...ID, startedAtMs: 7 });
    files.plant(ID, 'not a recording\n');
    files.plant({ ...ID, startedAtMs: 2_000 }, `${HEADER}${at(1, 'fine\r\n')}`);
    const indexer = make();
    indexer.start();
    await clock.advance(INDEX_DELAY_MS + 500);
    expect(index.rows()).toMatchObject([{ startedAtMs: 2_000, text: 'fine' }]);
    indexer.removed({ ...ID, startedAtMs: 2_000 });
    expect(index.rows()).toEqual([]);
  });

  it('looks at the screen now and then while much is printed at once', async () => {
    const { clock, files, index, make } = makeIndexer();
    const flood = Array.from({ length: 40 }, (_, n) => at(n, `${`line ${n} `.repeat(60)}\r\n`)).join('');
    files.plant(ID, HEADER + flood);
    make().start();
    await clock.advance(INDEX_DELAY_MS + 500);
    expect(index.rows().length).toBeGreaterThan(2);
    expect(
      index
        .rows()
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('line 39');
  });
});
