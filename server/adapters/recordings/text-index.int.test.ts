/** The index on a real SQLite. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { makeTempDir } from '../../testing/resources.ts';
import { createTextIndex } from './text-index.ts';

const A = { sessionId: 'app-1' as SessionId, startedAtMs: 1_000 };
const B = { sessionId: 'app-2' as SessionId, startedAtMs: 2_000 };

async function makeIndex() {
  const dir = await makeTempDir();
  const path = join(dir.path, 'recordings', 'index.db');
  const index = createTextIndex({ path, log: createRecordingLog() });
  const find = (...words: string[]) => index.find({ words, sessionId: null, limit: 10 });
  return {
    index,
    find,
    path,
    async [Symbol.asyncDispose]() {
      index.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

it('finds parts of words in any language, the latest first, and marks them', async () => {
  await using it = await makeIndex();
  it.index.add(A, [
    { atMs: 1_500, text: 'npm run build\nError: connect ECONNREFUSED 127.0.0.1' },
    { atMs: 3_000, text: '端末の記録を検索する' },
  ]);
  it.index.add(B, [{ atMs: 2_500, text: 'another econnreset' }]);
  expect(it.find('econn').map(({ sessionId, atMs }) => [sessionId, atMs])).toEqual([
    ['app-2', 2_500],
    ['app-1', 1_500],
  ]);
  expect(it.find('記録を').map(({ atMs }) => atMs)).toEqual([3_000]);
  expect(
    it
      .find('econn', 'npm')[0]
      ?.parts.filter(({ match }) => match)
      .map(({ text }) => text),
  ).toEqual(['npm', 'ECONN']);
  // What is too short to be looked up still has to be there.
  expect(it.find('econn', '12').map(({ atMs }) => atMs)).toEqual([1_500]);
  expect(it.find('12')).toEqual([]);
  expect(it.index.find({ words: ['econn'], sessionId: A.sessionId, limit: 10 })).toHaveLength(1);
  expect(it.index.find({ words: ['econn'], sessionId: null, limit: 1 })).toHaveLength(1);
});

it('takes whatever is typed for words, never for a query', async () => {
  await using made = await makeIndex();
  made.index.add(A, [{ atMs: 1, text: 'say "a OR b" 100% NEAR(x) -foo*' }]);
  for (const word of ['"a ', 'NEAR(', '-foo*', '100%']) expect(made.find(word)).toHaveLength(1);
  expect(made.find('foo', '%')).toHaveLength(1);
  expect(made.find('foo', '_z')).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }), (words) => {
      expect(() => made.find(...words)).not.toThrow();
    }),
    { numRuns: 100 },
  );
});

it('makes no file for a look', async () => {
  await using made = await makeIndex();
  expect([made.index.known(), made.find('needle')]).toEqual([[], []]);
  made.index.drop(A);
  expect(existsSync(made.path)).toBe(false);
});

it('forgets a segment with all that was found by it', async () => {
  await using made = await makeIndex();
  made.index.add(A, [{ atMs: 1, text: 'needle' }]);
  made.index.add(B, [{ atMs: 2, text: 'needle' }]);
  made.index.finish(B);
  made.index.drop(A);
  made.index.drop(A);
  expect(made.find('needle').map(({ sessionId }) => sessionId)).toEqual(['app-2']);
  expect(made.index.known()).toEqual([{ ...B, state: 'whole' }]);
});

it('is private, survives its owner, and is made anew where it is damaged', async () => {
  await using made = await makeIndex();
  made.index.add(A, [{ atMs: 1, text: 'needle' }]);
  for (const file of [made.path, `${made.path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
  made.index.close();
  const again = createTextIndex({ path: made.path, log: createRecordingLog() });
  expect(again.find({ words: ['needle'], sessionId: null, limit: 1 })).toHaveLength(1);
  again.close();

  writeFileSync(made.path, Buffer.concat([Buffer.from('nothing like it, '), readFileSync(made.path).subarray(17)]));
  const log = createRecordingLog();
  const mended = createTextIndex({ path: made.path, log });
  expect(() => mended.known()).toThrow();
  expect(mended.known()).toEqual([]);
  expect(log.lines.map(({ message }) => message)).toEqual([expect.stringContaining('made anew')]);
  mended.close();
});
