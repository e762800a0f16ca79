/**
 * The shell around the pure watchdog: gives it time, keeps its one timer, and carries out its effects. It may ask for a
 * stop; it can never end a session, and no failure in here takes the daemon down (I7).
 */
import type { Owner } from '../../core/liveness/owner.ts';
import {
  type Departure,
  type Holder,
  holdersOf,
  initialWatchdog,
  type StopCause,
  transition,
  type WatchdogEffect,
  type WatchdogEvent,
  type WatchdogLimits,
} from '../../core/liveness/watchdog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SupervisorClient, SupervisorDesk } from '../../ports/supervision.ts';

/**
 * A timer that is later than this: the machine slept (where the monotonic clock stands still meanwhile, the wall clock is ahead by
 * it), or this process was stopped or starved. Whoever came back in that time could not be heard yet.
 */
const SUSPEND_SLACK_MS = 1_000;

export type WatchdogDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: WatchdogLimits;
  readonly owner: Owner;
  /** Called once per decision to stop. If it throws or rejects, the stop counts as aborted and the watch goes on. */
  readonly requestStop: (reason: string) => void | Promise<void>;
};

export interface Watchdog extends SupervisorDesk {
  /** Begins the link deadline of an `app` daemon. Call when ready to be linked. */
  start(): void;
  /** Something that a stop should wait for, at most `boundMs`. Returns its release, which may be called more than once. */
  lease(what: string, boundMs: number): () => void;
  setOwner(owner: Owner): void;
  /** A stop was decided elsewhere: from now on clients are told to come back. */
  stopBegun(): void;
  /** The stop came to nothing before the database closed. */
  stopAborted(): void;
  snapshot(): WatchdogSnapshot;
  /** Drops the timer. */
  close(): void;
}

export type WatchdogSnapshot = {
  readonly owner: Owner;
  readonly mode: 'disarmed' | 'held' | 'grace' | 'draining';
  readonly holders: readonly Holder[];
  /** Wall clock; `null` unless the last client is gone and the countdown runs. */
  readonly graceEndsAtMs: number | null;
  readonly graceMs: number;
  readonly lossGraceMs: number;
};

const STOP_REASONS: Readonly<Record<StopCause, string>> = {
  never_linked: 'no client connected before the link deadline',
  left: 'the last client left and none came back within the grace',
  lost: 'the last client was lost and none came back within the grace',
};

export function createWatchdog({ clock, log, limits, owner, requestStop }: WatchdogDeps): Watchdog {
  let state = initialWatchdog(owner, limits);
  const tells = new Map<string, SupervisorClient['tell']>();
  let cancelTimer: () => void = () => undefined;
  let leaseCount = 0;

  const driftMs = (): number => clock.nowMs() - clock.monotonicMs();

  const dispatch = (event: WatchdogEvent): void => {
    const before = state.mode.kind;
    const next = transition(state, event);
    state = next.state;
    if (state.mode.kind !== before)
      log.info({ from: before, to: state.mode.kind, event: event.type, clients: state.clients.size }, 'Supervision changed');
    for (const effect of next.effects) carryOut(effect);
  };

  const carryOut = (effect: WatchdogEffect): void => {
    switch (effect.type) {
      case 'set_timer':
        return setTimer(effect.epoch, effect.delayMs);
      case 'cancel_timer':
        return cancelTimer();
      case 'tell':
        return tell(effect.clientId, effect.verdict);
      case 'request_stop':
        return askToStop(effect.cause);
    }
  };

  const setTimer = (epoch: number, delayMs: number): void => {
    cancelTimer();
    // Measured from the timer's start, so that a clock set right an hour ago is no suspend.
    const driftAtStartMs = driftMs();
    const dueMs = clock.monotonicMs() + delayMs;
    cancelTimer = clock.after(Math.ceil(delayMs), () => {
      const sleptMs = Math.max(driftMs() - driftAtStartMs, clock.monotonicMs() - dueMs);
      const clockState = sleptMs > SUSPEND_SLACK_MS ? 'suspended' : 'steady';
      dispatch({ type: 'timer_fired', epoch, clock: clockState, nowMs: clock.monotonicMs() });
    });
  };

  const tell = (clientId: string, verdict: Parameters<SupervisorClient['tell']>[0]): void => {
    try {
      tells.get(clientId)?.(verdict);
    } catch (error) {
      log.warn({ error, clientId }, 'A supervisor client could not be told whether it counts');
    }
  };

  const askToStop = (cause: StopCause): void => {
    const failed = (error: unknown): void => {
      log.error({ error, cause }, 'The stop came to nothing; the watch goes on');
      dispatch({ type: 'stop_aborted', nowMs: clock.monotonicMs() });
    };
    try {
      const asked = requestStop(STOP_REASONS[cause]);
      if (asked instanceof Promise) asked.catch(failed);
    } catch (error) {
      failed(error);
    }
  };

  return {
    start: () => dispatch({ type: 'started', nowMs: clock.monotonicMs() }),
    join: ({ id, key, kind, detail, tell: told }) => {
      tells.set(id, told);
      dispatch({ type: 'joined', client: { id, key, kind, detail, sinceMs: clock.nowMs() }, nowMs: clock.monotonicMs() });
      if (!state.clients.has(id)) tells.delete(id);
    },
    leave: (clientId: string, how: Departure) => {
      tells.delete(clientId);
      dispatch({ type: 'departed', clientId, how, nowMs: clock.monotonicMs() });
    },
    lease: (what, boundMs) => {
      leaseCount += 1;
      const leaseId = `${what}#${leaseCount}`;
      const nowMs = clock.monotonicMs();
      dispatch({ type: 'lease_taken', leaseId, untilMs: nowMs + boundMs, nowMs });
      return () => dispatch({ type: 'lease_released', leaseId, nowMs: clock.monotonicMs() });
    },
    setOwner: (next) => dispatch({ type: 'owner_changed', owner: next, nowMs: clock.monotonicMs() }),
    stopBegun: () => dispatch({ type: 'stop_begun', nowMs: clock.monotonicMs() }),
    stopAborted: () => dispatch({ type: 'stop_aborted', nowMs: clock.monotonicMs() }),
    snapshot: () => ({
      owner: state.owner,
      mode: state.mode.kind,
      holders: holdersOf(state),
      graceEndsAtMs:
        state.mode.kind === 'grace' && state.mode.cause !== 'never_linked'
          ? clock.nowMs() + state.mode.deadlineMs - clock.monotonicMs()
          : null,
      graceMs: limits.graceMs,
      lossGraceMs: limits.lossGraceMs,
    }),
    close: () => cancelTimer(),
  };
}
