/**
 * Observe, plan, apply: once at boot, then by the reaper for as long as the daemon runs. Rounds never overlap; what a round
 * starts goes on beside the next one, which leaves busy sessions alone.
 */

import { toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import {
  planReconcile,
  type ReconcileAction,
  type ReconcileInput,
  type ReconcilePlan,
  type RowObservation,
} from '../../core/reconcile/plan.ts';
import type { Session } from '../../core/session/session.ts';
import type { SessionContext } from '../sessions/context.ts';
import type { Apply } from './apply.ts';
import type { Observe } from './observe.ts';

/** An exit or a death shows within about this; one look at 200 sessions costs 8 ms (PERF §2). */
export const REAPER_PERIOD_MS = 1_000;
/** The whole look at boot; whatever has not answered by then is unknown, and looked at again. */
export const BOOT_PROBE_LIMIT_MS = 5_000;
const RUNNING_PROBE_LIMIT_MS = 2_000;

/** These only write facts, so boot applies them before it says that it is ready. */
const FACTS_ONLY: ReadonlySet<ReconcileAction['kind']> = new Set(['adopt', 'record-exit', 'finish-spawn', 'terminate']);

type Deps = Pick<SessionContext, 'looks' | 'clock' | 'log' | 'store'> & {
  readonly observe: Observe;
  readonly apply: Apply;
  /** Runs work so that a shutdown waits for it; rejects once the daemon is stopping. */
  readonly track: (name: string, work: () => Promise<void>) => Promise<void>;
  /** Called with each look, before anything of its plan is done. */
  readonly observed: (input: ReconcileInput, plan: ReconcilePlan, when: 'boot' | 'running') => void;
  /** Called after each round, e.g. to deliver what was held. */
  readonly afterRound: () => void;
};

export type BootSummary = {
  readonly live: number;
  readonly recovering: number;
  readonly undecided: number;
  readonly startQueued: () => void;
};

export function createReconciler(deps: Deps) {
  const { log, clock, looks } = deps;
  let stopped = false;
  let cancelNext: () => void = () => undefined;
  let round: Promise<void> = Promise.resolve();
  let orphans: ReconcilePlan['orphans'] = [];
  const flagged = new Set<SessionId>();

  function remember(plan: ReconcilePlan, rows: readonly RowObservation[]): void {
    noteWorktrees(plan, rows);
    for (const [id, look] of plan.looks)
      looks.set(id, look.state === 'reachable' && flagged.has(id) ? { ...look, worktree: 'missing' } : look);
    orphans = plan.orphans;
  }

  /** Told once when it goes and once when it is back. */
  function noteWorktrees({ worktreeMissing }: ReconcilePlan, rows: readonly RowObservation[]): void {
    for (const { session, worktree } of rows) {
      if (worktree === 'present' && flagged.delete(session.id))
        deps.store.sessions.note(session.id, { kind: 'worktree-back', reason: 'its worktree is there again' });
    }
    for (const id of worktreeMissing) {
      if (flagged.has(id)) continue;
      flagged.add(id);
      deps.store.sessions.note(id, { kind: 'worktree-missing', reason: 'its worktree is gone while its agent runs' });
      log.warn({ sessionId: id }, 'worktree of a live session is missing');
    }
  }

  function start(action: ReconcileAction, rows: ReadonlyMap<SessionId, Session>): void {
    const seen = rows.get(action.sessionId);
    if (seen === undefined) return;
    deps
      .track(`reconcile ${action.kind} ${action.sessionId}`, () => deps.apply.apply(action, seen))
      .catch((caught: unknown) => {
        log.debug({ action: action.kind, sessionId: action.sessionId, error: toAppError(caught).message }, 'reconcile action refused');
      });
  }

  async function runRound(): Promise<void> {
    const input = await deps.observe({ limitMs: RUNNING_PROBE_LIMIT_MS, absence: 'by hysteresis' });
    if (stopped) return;
    const plan = planReconcile(input);
    remember(plan, input.rows);
    deps.observed(input, plan, 'running');
    const rows = new Map(input.rows.map((row) => [row.session.id, row.session]));
    for (const action of plan.actions) start(action, rows);
    deps.afterRound();
  }

  function schedule(): void {
    if (stopped) return;
    cancelNext = clock.after(REAPER_PERIOD_MS, () => {
      round = runRound()
        .catch((caught: unknown) => log.error({ error: toAppError(caught).message }, 'reconcile round failed'))
        .finally(schedule);
    });
  }

  return {
    /** Writes what this start finds. What needs effects is only queued; `startQueued` lets it begin, after `ready`. */
    async boot(): Promise<BootSummary> {
      const input = await deps.observe({ limitMs: BOOT_PROBE_LIMIT_MS, absence: 'at once' });
      const plan = planReconcile(input);
      remember(plan, input.rows);
      deps.observed(input, plan, 'boot');
      const rows = new Map(input.rows.map((row) => [row.session.id, row.session]));
      const later: ReconcileAction[] = [];
      for (const action of plan.actions) {
        const seen = rows.get(action.sessionId);
        if (seen === undefined) continue;
        if (FACTS_ONLY.has(action.kind)) await deps.apply.apply(action, seen);
        else {
          if (action.kind === 'relaunch') rows.set(seen.id, deps.apply.queueRelaunch(seen, action.why));
          later.push(action);
        }
      }
      return {
        live: input.rows.filter((row) => row.session.phase === 'live' && row.probe.state === 'alive').length,
        recovering: later.filter((action) => action.kind === 'relaunch').length,
        undecided: plan.undecided.length,
        startQueued: () => {
          for (const action of later) start(action, rows);
        },
      };
    },

    startReaper: schedule,

    /** Ends the rounds, and what waits for its turn; what has begun is waited for by whoever tracks it. */
    async stop(): Promise<void> {
      stopped = true;
      deps.apply.stop();
      cancelNext();
      await round;
    },

    orphans: () => orphans,
  };
}

export type Reconciler = ReturnType<typeof createReconciler>;
