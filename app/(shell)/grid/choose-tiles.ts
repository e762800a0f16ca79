/** Which sessions the grid shows, and how its tiles are laid out. Pure. */
import type { SessionView } from '../../../server/contract/session.ts';

/** More are neither to be read nor cheap: each is an attach and a screen. */
export const MAX_TILES = 9;

/** `session` is `null` where there is none of that name. */
export type Tile = { readonly id: string; readonly session: SessionView | null };

export type TileChoice = {
  readonly tiles: readonly Tile[];
  /** What could be added. */
  readonly more: readonly SessionView[];
};

/** `chosen` `null`: whatever runs, in the order of the sidebar. What was chosen stays in its place, ended or not. */
export function chooseTiles(from: {
  readonly sessions: readonly SessionView[];
  readonly projectId: string | null;
  readonly chosen: readonly string[] | null;
}): TileChoice {
  const { sessions, projectId, chosen } = from;
  const live = sessions.filter((session) => session.phase === 'live' && (projectId === null || session.projectId === projectId));
  const ids = [...new Set(chosen ?? live.filter(({ exitedAt }) => exitedAt === null).map(({ id }) => id))].slice(0, MAX_TILES);
  return {
    tiles: ids.map((id) => ({ id, session: sessions.find((session) => session.id === id) ?? null })),
    more: live.filter(({ id }) => !ids.includes(id)),
  };
}

/** Columns of a wide grid, and how many of them the last tile fills so that no hole is left. */
export function gridShape(count: number): { readonly columns: number; readonly lastSpan: number } {
  const columns = count <= 1 ? 1 : count <= 4 ? 2 : 3;
  const inLastRow = count % columns;
  return { columns, lastSpan: inLastRow === 0 ? 1 : columns - inLastRow + 1 };
}

export type TileMove = 'next' | 'previous' | 'up' | 'down';

/** The tile that a move leads to: round the ends along the tiles, not up and down. `at` -1: nowhere yet. */
export function moveTile(count: number, at: number, move: TileMove): number | null {
  if (count === 0) return null;
  if (at === -1) return move === 'previous' ? count - 1 : 0;
  if (move === 'next') return (at + 1) % count;
  if (move === 'previous') return (at - 1 + count) % count;
  const { columns } = gridShape(count);
  const to = at + (move === 'down' ? columns : -columns);
  if (to < 0) return null;
  // Under a row that is fuller than the last one stands its last tile, which is as wide as the rest.
  if (to < count) return to;
  return Math.floor(at / columns) < Math.floor((count - 1) / columns) ? count - 1 : null;
}
