/**
 * Who may type into a terminal that several look at (SPEC §5): all of them, until one keeps the keyboard to himself. Whoever may type
 * may take it over; it is given back by a word, or by leaving and not coming back within the grace of a reload. `who` is a tab or an
 * `ao attach` over all its connections. Pure.
 */

export type InputLease =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly by: string }
  /** Its holder has gone, perhaps only to reload. */
  | { readonly kind: 'away'; readonly by: string; readonly untilMs: number };

export const FREE: InputLease = { kind: 'free' };
/** As long as a tab's departure is taken for a reload. */
export const LEASE_GRACE_MS = 5_000;

export const mayType = (lease: InputLease, who: string): boolean => lease.kind === 'free' || lease.by === who;

export const takeLease = (who: string): InputLease => ({ kind: 'held', by: who });

export function releaseLease(lease: InputLease, who: string): InputLease {
  return lease.kind !== 'free' && lease.by === who ? FREE : lease;
}

/** Its last viewer has gone. */
export function leaveLease(lease: InputLease, who: string, nowMs: number): InputLease {
  return lease.kind === 'held' && lease.by === who ? { kind: 'away', by: who, untilMs: nowMs + LEASE_GRACE_MS } : lease;
}

export function rejoinLease(lease: InputLease, who: string): InputLease {
  return lease.kind === 'away' && lease.by === who ? takeLease(who) : lease;
}

export function expireLease(lease: InputLease, nowMs: number): InputLease {
  return lease.kind === 'away' && nowMs >= lease.untilMs ? FREE : lease;
}
