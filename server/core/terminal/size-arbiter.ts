/**
 * Whose size a terminal has while several look at it: that of the viewer with the latest input or explicit resize. Looking
 * alone takes nothing from anybody, so a phone that opens the page does not shrink the desktop; whoever hides never sizes.
 * Pure.
 */

export type Size = { readonly cols: number; readonly rows: number };
export type Visibility = 'visible' | 'hidden';

type Seat = {
  readonly wants: Size;
  readonly visibility: Visibility;
  /** Higher is later; 0 for one that has only looked. */
  readonly activeAt: number;
};

export type SizeArbiter = {
  /** What the terminal is to be. */
  readonly size: Size;
  /** The viewer whose size that is; `null` while nobody visible looks. */
  readonly holder: string | null;
  readonly seats: ReadonlyMap<string, Seat>;
  readonly turn: number;
};

export type Claim = { readonly wants: Size; readonly visibility: Visibility };

export function newArbiter(size: Size): SizeArbiter {
  return { size, holder: null, seats: new Map(), turn: 0 };
}

export const sameSize = (left: Size, right: Size): boolean => left.cols === right.cols && left.rows === right.rows;

/**
 * A new viewer takes the size only where no visible one has it. One that `had` it when its connection was cut has it again, unless
 * somebody has typed or resized since: after a restart of the daemon it is nobody's luck to be back first.
 */
export function joinArbiter(arbiter: SizeArbiter, viewer: string, claim: Claim, had: 'the size' | 'nothing' = 'nothing'): SizeArbiter {
  const activeAt = had === 'the size' ? 1 : 0;
  const held = arbiter.seats.get(arbiter.holder ?? '')?.activeAt ?? 0;
  const seats = new Map(arbiter.seats).set(viewer, { ...claim, activeAt });
  return settle({ ...arbiter, seats, turn: Math.max(arbiter.turn, activeAt) }, activeAt > held ? viewer : arbiter.holder);
}

/** An explicit resize or focus. */
export function claimSize(arbiter: SizeArbiter, viewer: string, claim: Claim): SizeArbiter {
  if (!arbiter.seats.has(viewer)) return arbiter;
  const turn = arbiter.turn + 1;
  const seats = new Map(arbiter.seats).set(viewer, { ...claim, activeAt: turn });
  return settle({ ...arbiter, seats, turn }, claim.visibility === 'visible' ? viewer : arbiter.holder);
}

export function noteInput(arbiter: SizeArbiter, viewer: string): SizeArbiter {
  const seat = arbiter.seats.get(viewer);
  if (seat === undefined || (arbiter.holder === viewer && seat.activeAt > 0 && seat.activeAt === arbiter.turn)) return arbiter;
  return claimSize(arbiter, viewer, seat);
}

export function leaveArbiter(arbiter: SizeArbiter, viewer: string): SizeArbiter {
  const seats = new Map(arbiter.seats);
  seats.delete(viewer);
  return settle({ ...arbiter, seats }, arbiter.holder);
}

/** The wanted holder if it may, else the visible one that was active last; with none the size stays as it is. */
function settle(arbiter: SizeArbiter, wanted: string | null): SizeArbiter {
  const visible = [...arbiter.seats].filter(([, seat]) => seat.visibility === 'visible');
  const chosen = visible.find(([id]) => id === wanted) ?? visible.toSorted(([, a], [, b]) => b.activeAt - a.activeAt)[0];
  if (chosen === undefined) return { ...arbiter, holder: null };
  const [holder, { wants }] = chosen;
  return { ...arbiter, holder, size: wants };
}
