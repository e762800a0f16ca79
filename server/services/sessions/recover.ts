/**
 * Bringing a session back under its id: after its runtime is gone (`relaunch`), after its agent exited (`resume`), after it
 * was terminated (`restore`). One path for boot, CLI and UI. The launch id changes first and durably, the facts of life last,
 * so that a crash at any point is settled by reconcile: the new launch is there, or the old state is.
 */
import { decideRelaunch } from '../../core/agent/capabilities.ts';
import { AppError, isAppError, toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { whose } from '../../core/reconcile/plan.ts';
import type { RecoveryMode, Session } from '../../core/session/session.ts';
import type { Project, SessionPatch } from '../../ports/store.ts';
import type { SessionContext } from './context.ts';
import { currentOrchestrator, requireProject, requireSession } from './find.ts';
import type { Launching } from './launching.ts';
import { conflictNote, missingNote } from './preserved-notes.ts';
import {
  alreadyLive,
  beingKilled,
  beingParked,
  beingStarted,
  hostSilent,
  notResumable,
  orchestratorExists,
  repositoryGone,
} from './recover-refusals.ts';

export type Recovered = {
  readonly session: Session;
  readonly mode: RecoveryMode;
  /** Where captured work is that could not be put back. */
  readonly note: string | null;
};

type Way = {
  /** A new runtime, or a new launch inside the exited one with its scrollback. */
  readonly into: 'new runtime' | 'exited runtime';
  readonly why: string;
};

const PROBE_LIMIT_MS = 2_000;

/** A new launch has said nothing yet. */
const SILENT: SessionPatch = { activity: 'unknown', activitySource: 'none', activityAtMs: null, attention: null, firstSignalAtMs: null };

export function createRecover(context: SessionContext, launching: Launching) {
  const { store, runtime, workspace, agents, secrets, clock, faults, log } = context;
  /** Sessions whose relaunch has failed since this daemon started, for whoever it was tried. */
  const tried = new Set<SessionId>();

  /** How it would come back, from the agent's abilities and what is left of its own history. */
  async function decide(session: Session, project: Project): Promise<ReturnType<typeof decideRelaunch>> {
    const agent = agents.get(session.agent);
    const env = launching.baseEnvironment(project);
    const history = await agent.history({ env, worktree: session.workspace.path, agentSessionId: session.agentSessionId });
    return decideRelaunch({
      capabilities: agent.capabilities,
      kind: session.kind,
      hasPrompt: session.prompt !== null,
      hasAgentSessionId: session.agentSessionId !== null,
      history,
    });
  }

  async function bringBack(session: Session, way: Way): Promise<Recovered> {
    const project = requireProject(store, session.projectId);
    const agent = agents.get(session.agent);
    const decision = await decide(session, project);
    if (decision.kind === 'refuse') throw notResumable(session, decision.why);
    const { mode } = decision;
    await runtime.assertInstalled();
    await agent.assertAvailable({ env: launching.baseEnvironment(project), command: session.command });

    const { preservedRef, note } = await ensureWorktree(session);
    // Whatever of the last launch still waits in a host's queue must never start beside the new one, nor may what outlived its
    // host run on: an agent that ignores the hangup would be there twice (L6, L8).
    if (way.into === 'new runtime') await runtime.destroy(session.runtimeHandle, session.launchId);
    else await runtime.revoke(session.launchId);
    faults.passed('recover.cleared');
    const token = secrets.newToken();
    const begun = store.sessions.beginLaunch(
      session.id,
      { launchId: secrets.newLaunchId(), mode, tokenHash: secrets.hash(token) },
      {
        ...SILENT,
        preservedRef,
        agentSessionId: mode === 'resumed' ? session.agentSessionId : agent.newAgentSessionId(),
        ...(session.phase === 'live' ? { exit: null, recovery: { state: 'queued', reason: way.why, atMs: clock.nowMs() } } : {}),
      },
      { kind: 'relaunching', reason: way.why, data: { mode } },
    );
    faults.passed('recover.intent');
    try {
      await agent.prepare(launching.contextOf(begun, project, mode));
      faults.passed('recover.agent-setup');
      const launched =
        way.into === 'new runtime'
          ? await launching.create(begun, project, { mode, token })
          : await restarted(begun, project, { mode, token });
      faults.passed('recover.runtime');
      const live = markBack(launched, mode, decision.why);
      faults.passed('recover.live');
      return { session: live, mode, note };
    } catch (caught) {
      await fence(begun, toAppError(caught));
      throw caught;
    }
  }

  async function restarted(
    session: Session,
    project: Project,
    launch: { readonly mode: RecoveryMode; readonly token: string },
  ): Promise<Session> {
    await launching.restart(session, project, launch);
    return session;
  }

  async function remakeWorktree(session: Session): Promise<void> {
    try {
      await workspace.create(session.workspace);
    } catch (caught) {
      // What to do about the path of a project that is being added is no help to whoever wants a session back.
      if (isAppError(caught, 'PATH_NOT_FOUND')) throw repositoryGone(session, caught.message);
      throw caught;
    }
  }

  /** The worktree is there, or made again from its branch, with the work that was captured from it applied. */
  async function ensureWorktree(session: Session): Promise<{ readonly preservedRef: string | null; readonly note: string | null }> {
    const state = await workspace.state(session.workspace);
    if (state === 'missing') await remakeWorktree(session);
    faults.passed('recover.worktree');
    const ref = session.preservedRef;
    // Where the worktree stands already an earlier try was cut off before this; what was put back is found to be there.
    if (ref === null || state === 'unknown') return { preservedRef: ref, note: null };
    const applied = await workspace.applyPreserved(session.workspace, ref);
    const note = { applied: null, conflict: conflictNote(session, ref), missing: missingNote(ref) }[applied];
    store.sessions.note(session.id, { kind: 'preserved-work', reason: note ?? 'put back into its worktree', data: { ref, applied } });
    faults.passed('recover.preserved');
    return { preservedRef: applied === 'conflict' ? ref : null, note };
  }

  function markBack(session: Session, mode: RecoveryMode, why: string): Session {
    const live = store.sessions.update(
      session.id,
      {
        phase: 'live',
        endReason: null,
        endDetail: null,
        // A live one keeps its slot, and a kill that was asked for meanwhile.
        ...(session.phase === 'live'
          ? {}
          : { slot: session.kind === 'orchestrator' ? 'current' : null, killRequestedAtMs: null, replacedBy: null }),
        parked: false,
        exit: null,
        recovery: null,
        launchMode: mode,
        launchedAtMs: clock.nowMs(),
      },
      { kind: 'recovered', reason: why, data: { mode } },
    );
    tried.delete(session.id);
    context.looks.set(session.id, { state: 'reachable' });
    log.info({ sessionId: session.id, mode, why }, 'session back');
    return live;
  }

  /**
   * A launch that failed must leave nothing behind. Where the host did not answer (I9) a live row's launch stays as it is for
   * reconcile to find alive or absent; a terminated row's is fenced, since the user was told that it failed.
   */
  async function fence(begun: Session, failure: AppError): Promise<void> {
    if (failure.code === 'RUNTIME_UNAVAILABLE' && begun.phase === 'live') return;
    try {
      await runtime.revoke(begun.launchId);
      faults.passed('recover.undo.fenced');
      // Read anew: where a foreign runtime held its name it has taken another.
      const { runtimeHandle } = store.sessions.get(begun.id) ?? begun;
      await runtime.destroy(runtimeHandle, begun.launchId);
      faults.passed('recover.undo.runtime');
    } catch (caught) {
      log.warn({ sessionId: begun.id, error: toAppError(caught).message }, 'a failed launch could not be cleared away yet');
    }
  }

  /** For a live row whose runtime is gone; the caller holds the session's lock. A failure is a fact of the row, and thrown. */
  async function relaunch(id: SessionId, why: string): Promise<Recovered> {
    const session = requireSession(store, id);
    try {
      return await bringBack(session, { into: 'new runtime', why });
    } catch (caught) {
      const failure = toAppError(caught);
      if (failure.code !== 'RUNTIME_UNAVAILABLE') tried.add(id);
      if (failure.code === 'SESSION_NOT_RESUMABLE') await terminateUnresumable(session, failure.message);
      else if (failure.code !== 'RUNTIME_UNAVAILABLE') {
        const reason = `${failure.message} ${failure.hint}`;
        store.sessions.update(
          id,
          { recovery: { state: 'failed', reason, atMs: clock.nowMs() } },
          { kind: 'recovery-failed', reason: failure.message, data: { code: failure.code } },
        );
        faults.passed('recover.failed');
        log.warn({ sessionId: id, code: failure.code, error: failure.message }, 'relaunch failed; the session needs recovery');
      }
      throw failure;
    }
  }

  /** A promptless worker whose conversation is gone is not blank-relaunched (I4). A warning, not an error; its work is kept. */
  async function terminateUnresumable(session: Session, why: string): Promise<void> {
    try {
      // Its host is gone, but what ignored the hangup is not.
      await runtime.destroy(session.runtimeHandle, session.launchId);
      faults.passed('recover.ended');
    } catch (caught) {
      log.warn({ sessionId: session.id, error: toAppError(caught).message }, 'what is left of a lost session could not be ended');
    }
    store.sessions.update(
      session.id,
      { phase: 'terminated', endReason: 'not_resumable', endDetail: why, slot: null, recovery: null, ...SILENT },
      { kind: 'terminated', reason: why, data: { code: 'SESSION_NOT_RESUMABLE' } },
    );
    faults.passed('recover.terminated');
    context.looks.forget(session.id);
    log.warn({ sessionId: session.id, code: 'SESSION_NOT_RESUMABLE', why }, 'session could not be resumed; its worktree is kept');
  }

  /** For a live row whose agent exited. If the new launch fails, the exit stands as before. */
  async function relaunchExited(session: Session): Promise<Recovered> {
    const { byHandle } = await runtime.probe([session.runtimeHandle], { limitMs: PROBE_LIMIT_MS });
    const probe = byHandle.get(session.runtimeHandle);
    if (probe === undefined || probe.state === 'unknown') throw hostSilent(session, probe?.why ?? 'it was not asked');
    const there = probe.state === 'exited' && probe.tags.launchId === session.launchId;
    try {
      return await bringBack(session, { into: there ? 'exited runtime' : 'new runtime', why: 'asked for by the user' });
    } catch (caught) {
      const current = store.sessions.get(session.id);
      if (current !== null && current.exit === null && current.phase === 'live') {
        store.sessions.update(
          session.id,
          {
            launchId: session.launchId,
            exit: session.exit,
            recovery: null,
            launchMode: session.launchMode,
            agentSessionId: session.agentSessionId,
          },
          { kind: 'resume-failed', reason: toAppError(caught).message },
        );
        faults.passed('recover.exit-stands');
      }
      throw caught;
    }
  }

  /** A live row as it really is now: an exit or an absence the reaper has not seen yet is found here. */
  async function recoverLive(session: Session): Promise<Recovered | 'alive'> {
    if (session.exit !== null) return await relaunchExited(session);
    const { byHandle } = await runtime.probe([session.runtimeHandle], { limitMs: PROBE_LIMIT_MS });
    const probe = byHandle.get(session.runtimeHandle);
    if (probe === undefined || probe.state === 'unknown') throw hostSilent(session, probe?.why ?? 'it was not asked');
    if (probe.state === 'dead') return await relaunch(session.id, 'asked for by the user; its runtime is gone');
    const owner = whose(probe.tags, session, store.sessions.launchIds(session.id), store.meta.instanceId);
    if (owner === 'foreign') return await relaunch(session.id, 'asked for by the user; its name is taken by a foreign runtime');
    if (owner === 'earlier') {
      throw new AppError({
        code: 'SESSION_BUSY',
        message: `${session.id} is being settled after an interruption.`,
        hint: `Look again with \`ao get ${session.id}\`.`,
      });
    }
    if (probe.state === 'exited') {
      const exited = store.sessions.update(
        session.id,
        { exit: probe.exit, recovery: null },
        { kind: 'exited', reason: 'found when its recovery was asked for' },
      );
      faults.passed('recover.exit-found');
      return await relaunchExited(exited);
    }
    if (session.recovery !== null) {
      store.sessions.update(session.id, { recovery: null }, { kind: 'adopted', reason: 'its runtime lives after all' });
      faults.passed('recover.adopted');
    }
    return 'alive';
  }

  async function restoreTerminated(session: Session): Promise<Recovered> {
    if (session.kind === 'orchestrator') {
      const holder = currentOrchestrator(store, session.projectId);
      if (holder !== null && holder.id !== session.id) throw orchestratorExists(session, holder);
    }
    return await bringBack(session, { into: 'new runtime', why: 'restored by the user' });
  }

  /** At the start after it was parked; the caller holds the locks. Tried once, as a relaunch is. */
  async function restoreParked(session: Session): Promise<Recovered> {
    try {
      return await restoreTerminated(session);
    } catch (caught) {
      // An orchestrator that is on its way out makes room by itself.
      const makesRoom =
        isAppError(caught, 'ORCHESTRATOR_EXISTS') && currentOrchestrator(store, session.projectId)?.killRequestedAtMs !== null;
      if (!isAppError(caught, 'RUNTIME_UNAVAILABLE') && !makesRoom) tried.add(session.id);
      throw caught;
    }
  }

  /** Runs with the session's lock, and an orchestrator's also with its project's: its slot must not be taken meanwhile. */
  async function locked<T>(id: SessionId, operation: (session: Session) => Promise<T>): Promise<T> {
    const inner = (): Promise<T> => context.sessionLocks.run(id, () => operation(requireSession(store, id)));
    const session = requireSession(store, id);
    return session.kind === 'orchestrator' ? await context.projectLocks.run(session.projectId, inner) : await inner();
  }

  return {
    tried: tried as ReadonlySet<SessionId>,
    decide,
    locked,
    relaunch,
    recoverLive,
    restoreTerminated,
    restoreParked,
    terminateUnresumable,

    async restore(id: SessionId): Promise<Recovered> {
      return await locked(id, async (session) => {
        if (session.phase === 'spawning') throw beingStarted(session);
        assertStays(session);
        if (session.phase === 'terminated') return await restoreTerminated(session);
        return refuseAlive(session, await recoverLive(session));
      });
    },

    async resume(id: SessionId): Promise<Recovered> {
      return await locked(id, async (session) => {
        if (session.phase === 'spawning') throw beingStarted(session);
        assertStays(session);
        if (session.phase === 'terminated') {
          throw new AppError({
            code: 'SESSION_NOT_LIVE',
            message: `${id} is terminated; there is nothing to resume in place.`,
            hint: `Bring it back with \`ao restore ${id}\`.`,
          });
        }
        return refuseAlive(session, await recoverLive(session));
      });
    },
  };
}

export type Recover = ReturnType<typeof createRecover>;

/** One that is being ended is brought back once that is done. */
function assertStays(session: Session): void {
  if (session.phase !== 'live') return;
  if (session.killRequestedAtMs !== null) throw beingKilled(session);
  if (session.parked) throw beingParked(session);
}

function refuseAlive(session: Session, recovered: Recovered | 'alive'): Recovered {
  if (recovered === 'alive') throw alreadyLive(session);
  return recovered;
}
