import { describe, expect, it } from 'vitest';
import type { SessionView } from '../../../server/contract/session.ts';
import { chooseTiles, gridShape, MAX_TILES, moveTile } from './choose-tiles.ts';

const session = (id: string, patch: Partial<SessionView> = {}): SessionView =>
  ({ id, projectId: id.split('-')[0], phase: 'live', exitedAt: null, ...patch }) as SessionView;

const sessions = [
  session('app-1'),
  session('app-2', { exitedAt: '2026-01-01T00:00:00Z' }),
  session('api-1'),
  session('app-3', { phase: 'terminated' }),
  session('app-4', { phase: 'spawning' }),
];
const idsOf = (some: readonly { readonly id: string }[]): readonly string[] => some.map(({ id }) => id);

describe('the sessions of the grid', () => {
  it('are those that run, and what has exited can be added', () => {
    const { tiles, more } = chooseTiles({ sessions, projectId: null, chosen: null });
    expect([idsOf(tiles), idsOf(more)]).toEqual([['app-1', 'api-1'], ['app-2']]);
  });

  it('are one project’s if asked for', () => {
    const { tiles, more } = chooseTiles({ sessions, projectId: 'api', chosen: null });
    expect([idsOf(tiles), idsOf(more)]).toEqual([['api-1'], []]);
  });

  it('are those that were chosen, in that order, once each, ended or unknown ones too', () => {
    const { tiles, more } = chooseTiles({ sessions, projectId: null, chosen: ['app-3', 'app-1', 'app-1', 'app-9'] });
    expect(tiles).toEqual([
      { id: 'app-3', session: sessions[3] },
      { id: 'app-1', session: sessions[0] },
      { id: 'app-9', session: null },
    ]);
    expect(idsOf(more)).toEqual(['app-2', 'api-1']);
    expect(chooseTiles({ sessions, projectId: null, chosen: [] }).tiles).toEqual([]);
  });

  it('are no more than can be read', () => {
    const many = Array.from({ length: 20 }, (_, index) => session(`app-${index}`));
    const { tiles, more } = chooseTiles({ sessions: many, projectId: null, chosen: null });
    expect([tiles.length, more.length]).toEqual([MAX_TILES, 20 - MAX_TILES]);
    expect(chooseTiles({ sessions: many, projectId: null, chosen: idsOf(many) }).tiles).toHaveLength(MAX_TILES);
  });
});

it('leaves no hole: the last tile fills its row', () => {
  for (let count = 1; count <= MAX_TILES; count += 1) {
    const { columns, lastSpan } = gridShape(count);
    expect((count - 1 + lastSpan) % columns).toBe(0);
  }
  expect([1, 2, 3, 4, 5, 9].map((count) => gridShape(count).columns)).toEqual([1, 2, 2, 2, 3, 3]);
});

describe('moving between tiles', () => {
  it('goes round along the tiles and stops at the upper and lower edge', () => {
    expect([moveTile(3, 2, 'next'), moveTile(3, 0, 'previous'), moveTile(3, -1, 'next'), moveTile(3, -1, 'previous')]).toEqual([
      0, 2, 0, 2,
    ]);
    expect([moveTile(4, 0, 'down'), moveTile(4, 3, 'up'), moveTile(4, 1, 'up'), moveTile(4, 2, 'down')]).toEqual([2, 1, null, null]);
    expect(moveTile(0, -1, 'next')).toBeNull();
  });

  it('finds the last tile from above wherever it ends', () => {
    expect([moveTile(5, 2, 'down'), moveTile(3, 1, 'down'), moveTile(5, 4, 'down')]).toEqual([4, 2, null]);
  });
});
