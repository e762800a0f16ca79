import { describe, expect, it } from 'vitest';
import { SESSION_STATUSES } from '../../server/core/session/status.ts';
import { COLUMNS, columnOf, deriveBoard } from './columns.ts';
import { aSession } from './testing-views.ts';

describe('columnOf', () => {
  it('has a column for every status, as SPEC §3.1 lists them', () => {
    const table = Object.fromEntries(COLUMNS.map((column) => [column, SESSION_STATUSES.filter((status) => columnOf(status) === column)]));
    expect(table).toEqual({
      needs_you: ['needs_recovery', 'unknown', 'exited', 'needs_you', 'no_signal'],
      working: ['spawning', 'recovering', 'working', 'running'],
      idle: ['idle'],
      in_review: [],
      done: ['merged', 'terminated'],
    });
  });
});

describe('deriveBoard', () => {
  it('puts who waits for an answer before what merely went wrong, and the newest first', () => {
    const board = deriveBoard([
      aSession({ id: 'app-1', status: 'no_signal' }),
      aSession({ id: 'app-2', status: 'needs_you', activityAt: '2026-01-02T01:00:00.000Z' }),
      aSession({ id: 'app-3', status: 'exited', exitedAt: '2026-01-02T05:00:00.000Z' }),
      aSession({ id: 'app-4', status: 'needs_you', activityAt: '2026-01-02T02:00:00.000Z' }),
    ]);
    expect(board.needs_you.map(({ id }) => id)).toEqual(['app-4', 'app-2', 'app-3', 'app-1']);
  });

  it('does not move a working card because its agent reported again', () => {
    const first = aSession({
      id: 'app-1',
      status: 'working',
      launchedAt: '2026-01-02T02:00:00.000Z',
      activityAt: '2026-01-02T02:00:01.000Z',
    });
    const second = aSession({
      id: 'app-2',
      status: 'working',
      launchedAt: '2026-01-02T03:00:00.000Z',
      activityAt: '2026-01-02T03:00:01.000Z',
    });
    const busier = { ...first, activityAt: '2026-01-02T09:00:00.000Z' };
    const order = (sessions: Parameters<typeof deriveBoard>[0]) => deriveBoard(sessions).working.map(({ id }) => id);
    expect(order([busier, second])).toEqual(order([first, second]));
  });

  it('loses nobody', () => {
    const all = SESSION_STATUSES.map((status, index) => aSession({ id: `app-${index + 1}`, status }));
    const board = deriveBoard(all);
    expect(COLUMNS.flatMap((column) => board[column]).length).toBe(all.length);
  });
});
