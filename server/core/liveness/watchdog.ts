/**
 * The watchdog: who holds the daemon up, and when it may end itself (SPEC §2). A leaf state machine with no clock and no
 * timer inside: `transition(state, event)` answers the next state and what the shell has to do. It must never be able to
 * end anything by itself, and it decides nothing about sessions.
 *
 * Every countdown has an epoch. A timer that fires late, with an epoch that is no longer the current one, means nothing:
 * the field report behind this rule is a stale timer that ended a daemon somebody had just come back to.
 * Times are monotonic milliseconds, but for `sinceMs`.
 */
import { isSupervised, type Owner } from './owner.ts';

export type HolderKind = 'tab' | 'terminal' | 'socket';

export type Holder = {
  /** Unique per connection. */
  readonly id: string;
  readonly kind: HolderKind;
  /** Wall clock, for display. */
  readonly sinceMs: number;
  /** Where it came from, for people. */
  readonly detail: string;
};

export type Client = Holder & {
  /** The same for one tab over all its connections, so that a lost one can be told to be back; `null` where nothing says so. */
  readonly key: string | null;
};

/** `left`: said goodbye, or was local and the operating system cut the link. `lost`: a transport behind a tunnel fell silent. */
export type Departure = 'left' | 'lost';

export type StopCause = 'never_linked' | Departure;

export type WatchdogLimits = {
  readonly graceMs: number;
  readonly lossGraceMs: number;
  readonly linkDeadlineMs: number;
};

export type WatchdogMode =
  | { readonly kind: 'disarmed' }
  | { readonly kind: 'held' }
  | { readonly kind: 'grace'; readonly cause: StopCause; readonly startedAtMs: number; readonly deadlineMs: number; readonly epoch: number }
  | { readonly kind: 'draining' };

export type WatchdogState = {
  readonly limits: WatchdogLimits;
  readonly owner: Owner;
  readonly mode: WatchdogMode;
  /** Every connected client, counted or not: the owner may change while they are connected. */
  readonly clients: ReadonlyMap<string, Client>;
  /** Busy leases with the moment after which each no longer holds a stop back. */
  readonly leases: ReadonlyMap<string, number>;
  /** Lost clients by key (or connection id), with the end of the grace each was given. */
  readonly losses: ReadonlyMap<string, number>;
  readonly epoch: number;
};

export type WatchdogEvent =
  | { readonly type: 'started'; readonly nowMs: number }
  | { readonly type: 'joined'; readonly client: Client; readonly nowMs: number }
  | { readonly type: 'departed'; readonly clientId: string; readonly how: Departure; readonly nowMs: number }
  | { readonly type: 'lease_taken'; readonly leaseId: string; readonly untilMs: number; readonly nowMs: number }
  | { readonly type: 'lease_released'; readonly leaseId: string; readonly nowMs: number }
  | { readonly type: 'owner_changed'; readonly owner: Owner; readonly nowMs: number }
  /** `suspended`: the machine slept, or this process was stopped, so the clients had no chance to come back or to be heard. */
  | { readonly type: 'timer_fired'; readonly epoch: number; readonly clock: 'steady' | 'suspended'; readonly nowMs: number }
  /** Somebody else decided to stop: a signal, `POST /shutdown`. */
  | { readonly type: 'stop_begun'; readonly nowMs: number }
  | { readonly type: 'stop_aborted'; readonly nowMs: number };

export type WatchdogEffect =
  | { readonly type: 'set_timer'; readonly epoch: number; readonly delayMs: number }
  | { readonly type: 'cancel_timer' }
  /** The client now knows whether it counts. Sent after each join and again when the owner changes what it means. */
  | { readonly type: 'tell'; readonly clientId: string; readonly verdict: 'counted' | 'not_counted' | 'restarting' }
  | { readonly type: 'request_stop'; readonly cause: StopCause };

export type Transition = { readonly state: WatchdogState; readonly effects: readonly WatchdogEffect[] };

export function initialWatchdog(owner: Owner, limits: WatchdogLimits): WatchdogState {
  const none = { clients: new Map(), leases: new Map(), losses: new Map() };
  return { limits, owner, mode: { kind: 'disarmed' }, ...none, epoch: 0 };
}

/** The clients that hold the daemon up: all of an `app` daemon's, nobody's otherwise. */
export function holdersOf(state: WatchdogState): readonly Holder[] {
  if (!isSupervised(state.owner)) return [];
  return [...state.clients.values()].map(({ id, kind, sinceMs, detail }) => ({ id, kind, sinceMs, detail }));
}

export function transition(state: WatchdogState, event: WatchdogEvent): Transition {
  switch (event.type) {
    case 'started':
      return isSupervised(state.owner) && state.clients.size === 0 && state.mode.kind === 'disarmed'
        ? beginGrace(state, 'never_linked', event.nowMs)
        : still(state);
    case 'joined':
      return join(state, event.client);
    case 'departed':
      return depart(state, event.clientId, event.how, event.nowMs);
    case 'lease_taken':
      return still({ ...state, leases: withEntry(state.leases, event.leaseId, event.untilMs) });
    case 'lease_released':
      return releaseLease(state, event.leaseId, event.nowMs);
    case 'owner_changed':
      return changeOwner(state, event.owner, event.nowMs);
    case 'timer_fired':
      return timerFired(state, event);
    case 'stop_begun':
      return state.mode.kind === 'draining' ? still(state) : drain(state, [{ type: 'cancel_timer' }]);
    case 'stop_aborted':
      return state.mode.kind === 'draining' ? settle(state, 'left', event.nowMs) : still(state);
  }
}

function join(state: WatchdogState, client: Client): Transition {
  if (state.mode.kind === 'draining') return { state, effects: [{ type: 'tell', clientId: client.id, verdict: 'restarting' }] };
  const joined = {
    ...state,
    clients: withEntry(state.clients, client.id, client),
    losses: withoutEntry(state.losses, client.key ?? client.id),
  };
  if (!isSupervised(state.owner)) return { state: joined, effects: [{ type: 'tell', clientId: client.id, verdict: 'not_counted' }] };
  const told: WatchdogEffect = { type: 'tell', clientId: client.id, verdict: 'counted' };
  const effects: WatchdogEffect[] = state.mode.kind === 'grace' ? [{ type: 'cancel_timer' }, told] : [told];
  return { state: { ...joined, mode: { kind: 'held' } }, effects };
}

function depart(state: WatchdogState, clientId: string, how: Departure, nowMs: number): Transition {
  const client = state.clients.get(clientId);
  if (client === undefined) return still(state);
  // A loss while nobody is counted promises nothing.
  const promised = how === 'lost' && isSupervised(state.owner);
  const kept = new Map([...state.losses].filter(([, untilMs]) => untilMs > nowMs));
  const losses = promised ? withEntry(kept, client.key ?? client.id, nowMs + state.limits.lossGraceMs) : kept;
  const next = { ...state, clients: withoutEntry(state.clients, clientId), losses };
  if (next.mode.kind !== 'held' || next.clients.size > 0) return still(next);
  return beginGrace(next, how, nowMs);
}

function timerFired(state: WatchdogState, event: Extract<WatchdogEvent, { type: 'timer_fired' }>): Transition {
  if (state.mode.kind !== 'grace' || event.epoch !== state.mode.epoch) return still(state);
  // Before the deadline: slept through a part of it, or (Node) fired a fraction of a millisecond early.
  if (event.clock === 'suspended') return beginGrace(state, state.mode.cause, event.nowMs);
  return decide(state, state.mode, event.nowMs);
}

function releaseLease(state: WatchdogState, leaseId: string, nowMs: number): Transition {
  if (!state.leases.has(leaseId)) return still(state);
  const next = { ...state, leases: withoutEntry(state.leases, leaseId) };
  if (next.mode.kind !== 'grace' || nowMs < next.mode.deadlineMs) return still(next);
  return decide(next, next.mode, nowMs);
}

/** Either the deadline is not reached, or a lease holds the stop back, or the stop and the refusal of new clients are one step. */
function decide(state: WatchdogState, grace: Extract<WatchdogMode, { kind: 'grace' }>, nowMs: number): Transition {
  const held = [...state.leases.values()].filter((untilMs) => untilMs > nowMs);
  if (nowMs >= grace.deadlineMs && held.length === 0)
    return drain(state, [{ type: 'cancel_timer' }, { type: 'request_stop', cause: grace.cause }]);
  const nextLookMs = nowMs < grace.deadlineMs ? grace.deadlineMs : Math.min(...held);
  const epoch = state.epoch + 1;
  return { state: { ...state, epoch, mode: { ...grace, epoch } }, effects: [{ type: 'set_timer', epoch, delayMs: nextLookMs - nowMs }] };
}

/** From here on nobody new is counted; who is connected hears that it has to come back to the next daemon. */
function drain(state: WatchdogState, effects: readonly WatchdogEffect[]): Transition {
  const told = [...state.clients.keys()].map((clientId): WatchdogEffect => ({ type: 'tell', clientId, verdict: 'restarting' }));
  return { state: { ...state, mode: { kind: 'draining' }, losses: new Map() }, effects: [...effects, ...told] };
}

function changeOwner(state: WatchdogState, owner: Owner, nowMs: number): Transition {
  const next = { ...state, owner };
  if (isSupervised(owner) === isSupervised(state.owner) || state.mode.kind === 'draining') return still(next);
  return settle(next, 'never_linked', nowMs);
}

/** Takes the mode anew from the facts: after an aborted stop, or when the owner changed what a client means. */
function settle(state: WatchdogState, cause: StopCause, nowMs: number): Transition {
  const supervised = isSupervised(state.owner);
  const told = [...state.clients.keys()].map(
    (clientId): WatchdogEffect => ({ type: 'tell', clientId, verdict: supervised ? 'counted' : 'not_counted' }),
  );
  if (!supervised) {
    return { state: { ...state, mode: { kind: 'disarmed' }, losses: new Map() }, effects: [{ type: 'cancel_timer' }, ...told] };
  }
  if (state.clients.size > 0) return { state: { ...state, mode: { kind: 'held' } }, effects: [{ type: 'cancel_timer' }, ...told] };
  return beginGrace(state, cause, nowMs);
}

function beginGrace(state: WatchdogState, cause: StopCause, nowMs: number): Transition {
  const { graceMs, lossGraceMs, linkDeadlineMs } = state.limits;
  const ownMs = { never_linked: linkDeadlineMs, left: graceMs, lost: lossGraceMs }[cause];
  // Somebody lost earlier keeps the longer grace that was promised then.
  const promisedMs = Math.max(...state.losses.values(), Number.NEGATIVE_INFINITY);
  const deadlineMs = Math.max(nowMs + ownMs, promisedMs);
  const epoch = state.epoch + 1;
  return {
    state: {
      ...state,
      epoch,
      mode: { kind: 'grace', cause: promisedMs >= deadlineMs ? 'lost' : cause, startedAtMs: nowMs, deadlineMs, epoch },
    },
    effects: [{ type: 'set_timer', epoch, delayMs: deadlineMs - nowMs }],
  };
}

function still(state: WatchdogState): Transition {
  return { state, effects: [] };
}

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
