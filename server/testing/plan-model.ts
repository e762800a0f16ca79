/**
 * A small world of rows, runtimes, a host and a clock, in which the pure plan is applied as the services apply it, wholly or cut off
 * in the middle. Knows what users did and what was really there, and says which invariant of SPEC §0 an action breaks.
 */
import { type AgentCapabilities, decideRelaunch } from '../core/agent/capabilities.ts';
import type { LaunchId, RuntimeHandle, SessionId } from '../core/ids.ts';
import { countMisses, isConfirmedMissing, MISSING_FOR_MS, MISSING_PROBES, type MissHistory } from '../core/reconcile/missing.ts';
import { planReconcile, type ReconcileAction, type ReconcileInput, type RowObservation, whose } from '../core/reconcile/plan.ts';
import type { ObservedTags, Probe, SeenRuntime } from '../core/session/probe.ts';
import type { Session } from '../core/session/session.ts';
import { CUSTOM, INSTANCE, launch, RESUMABLE, SHELL, sessionFacts } from './session-facts.ts';

type Pane = { readonly tags: ObservedTags; readonly life: 'alive' | 'exited' };
type Absence = { readonly sinceMs: number; readonly looks: number };
type Round = 'boot' | 'running';

export type Cut = 'no' | 'before the effect' | 'before the mark';
export type PlanWorld = ReturnType<typeof createPlanWorld>;

const AGENTS: Readonly<Record<string, AgentCapabilities>> = { smart: RESUMABLE, shell: SHELL, plain: CUSTOM };

export function createPlanWorld() {
  const rows = new Map<SessionId, Session>();
  const launches = new Map<SessionId, LaunchId[]>();
  const panes = new Map<RuntimeHandle, Pane>();
  /** What users were told is over. */
  const killed = new Set<SessionId>();
  const acknowledged = new Set<SessionId>();
  const absences = new Map<SessionId, Absence>();
  const tried = new Set<SessionId>();
  let misses: MissHistory = new Map();
  let host: 'up' | 'silent' | 'gone' = 'gone';
  let nowMs = 0;
  let count = 0;
  const fails = new Set<SessionId>();

  const broken = (invariant: string, what: string): never => {
    throw new Error(`${invariant}: ${what}`);
  };
  const change = (id: SessionId, patch: Partial<Session>): void => void rows.set(id, { ...row(id), ...patch });
  const row = (id: SessionId): Session => rows.get(id) ?? broken('I12', `${id} has no row`);
  const tagsOf = ({ id, launchId }: Session): ObservedTags => ({ instanceId: INSTANCE, sessionId: id, launchId });
  const nth = (n: number): Session | undefined => [...rows.values()][n % Math.max(1, rows.size)];

  const slotIsHeld = ({ kind, id }: Pick<Session, 'kind' | 'id'>): boolean =>
    kind === 'orchestrator' && [...rows.values()].some((other) => other.kind === kind && other.phase !== 'terminated' && other.id !== id);

  function newLaunch(id: SessionId): LaunchId {
    count += 1;
    const launchId = launch(count);
    launches.set(id, [...(launches.get(id) ?? []), launchId]);
    return launchId;
  }

  function create(id: SessionId): void {
    if (host === 'gone') host = 'up';
    const { runtimeHandle } = row(id);
    const there = panes.get(runtimeHandle);
    // A foreign runtime has the name: the next one is taken.
    if (there !== undefined && there.tags.sessionId !== id) change(id, { runtimeHandle: `${runtimeHandle}+` as RuntimeHandle });
    if (there?.tags.sessionId === id && there.life === 'alive') broken('I2', `${id} was launched beside its living runtime`);
    panes.set(row(id).runtimeHandle, { tags: tagsOf(row(id)), life: 'alive' });
  }

  function destroy(id: SessionId, launchId: LaunchId): void {
    for (const [handle, { tags }] of panes) if (tags.sessionId === id && tags.launchId === launchId) panes.delete(handle);
  }

  function probeOf({ runtimeHandle }: Session): Probe {
    if (host === 'silent') return { state: 'unknown', why: 'silent' };
    if (host === 'gone') return { state: 'dead', evidence: 'host_gone' };
    const pane = panes.get(runtimeHandle);
    if (pane === undefined) return { state: 'dead', evidence: 'absent' };
    return pane.life === 'alive'
      ? { state: 'alive', pid: 1, tags: pane.tags }
      : { state: 'exited', exit: { code: 1, signal: null, atMs: 5 }, tags: pane.tags };
  }

  function observe(round: Round): ReconcileInput {
    const seen: readonly SeenRuntime[] =
      host !== 'up'
        ? []
        : [...panes].map(([handle, { tags, life }]) => ({
            handle,
            probe:
              life === 'alive' ? { state: 'alive', pid: 1, tags } : { state: 'exited', exit: { code: 1, signal: null, atMs: 5 }, tags },
          }));
    const inspected = [...rows.values()].filter(
      ({ id, phase, parked }) =>
        phase !== 'terminated' || (parked && round === 'boot') || seen.some(({ probe }) => probe.tags.sessionId === id),
    );
    const absent = inspected.filter((session) => {
      const probe = probeOf(session);
      const foreign = 'tags' in probe && whose(probe.tags, session, launches.get(session.id) ?? [], INSTANCE) === 'foreign';
      return session.phase !== 'terminated' && (probe.state === 'dead' || foreign);
    });
    misses = countMisses(
      misses,
      absent.map(({ id }) => id),
      nowMs,
    );
    for (const id of absences.keys()) if (!absent.some((session) => session.id === id)) absences.delete(id);
    for (const { id } of absent) {
      const before = absences.get(id);
      absences.set(id, { sinceMs: before?.sinceMs ?? nowMs, looks: (before?.looks ?? 0) + 1 });
    }
    const observed = inspected.map((session): RowObservation => {
      const capabilities = AGENTS[session.agent] ?? CUSTOM;
      const facts = {
        capabilities,
        kind: session.kind,
        hasPrompt: session.prompt !== null,
        hasAgentSessionId: true,
        history: 'present' as const,
      };
      return {
        session,
        probe: probeOf(session),
        worktree: 'present',
        launchIds: launches.get(session.id) ?? [],
        relaunch: decideRelaunch(facts),
        absence: round === 'boot' || isConfirmedMissing(misses.get(session.id), nowMs) ? 'confirmed' : 'doubtful',
        relaunchTried: tried.has(session.id) ? 'yes' : 'no',
      };
    });
    return { instanceId: INSTANCE, rows: observed, seen, busy: new Set() };
  }

  /** What an action may never do, told from what is really there and from what users did. */
  function judge(action: ReconcileAction, round: Round, seenHost: typeof host): void {
    const session = row(action.sessionId);
    const { id } = session;
    const mine = [...panes.values()].filter(({ tags }) => tags.sessionId === id && tags.instanceId === INSTANCE);
    const destructive = !['adopt', 'record-exit', 'finish-spawn'].includes(action.kind);
    if (destructive && seenHost === 'silent' && action.kind !== 'restore-parked')
      broken('I9', `${action.kind} of ${id} while nothing can be told`);
    if (killed.has(id) && !['finish-kill', 'reap'].includes(action.kind)) broken('I10', `${action.kind} of ${id}, which the user killed`);
    switch (action.kind) {
      case 'finish-kill':
        if (session.killRequestedAtMs === null) broken('I1', `${id} is killed and nobody asked for it`);
        return;
      case 'finish-park':
        if (!session.parked) broken('I1', `${id} is ended as parked and nobody asked for it`);
        return;
      case 'reap':
        if (session.phase !== 'terminated') broken('I1', `${id} is ${session.phase} and reaped`);
        if (panes.get(action.handle)?.tags.sessionId !== id) broken('I1', `the runtime of somebody else is reaped for ${id}`);
        return;
      case 'relaunch':
      case 'terminate': {
        if (session.phase !== 'live' || session.exit !== null) broken('I4', `${action.kind} of ${id}, which is ${session.phase} or exited`);
        if (mine.length > 0 && seenHost !== 'gone') broken('I2', `${action.kind} of ${id}, whose runtime is there`);
        const { sinceMs, looks } = absences.get(id) ?? { sinceMs: nowMs, looks: 0 };
        const long = looks >= MISSING_PROBES && nowMs - sinceMs >= MISSING_FOR_MS;
        if (round === 'running' && seenHost === 'up' && !long)
          broken('I9', `${action.kind} of ${id} after ${looks} looks in ${nowMs - sinceMs} ms`);
        const hopeless = session.agent === 'plain' && session.prompt === null && session.kind === 'worker';
        if ((action.kind === 'terminate') !== hopeless) broken('I4', `${action.kind} of ${id}, a ${session.agent} ${session.kind}`);
        return;
      }
      case 'undo-spawn':
        if (session.phase !== 'spawning' || acknowledged.has(id)) broken('I12', `the spawn of ${id} is undone and was acknowledged`);
        if (mine.length > 0) broken('I2', `the spawn of ${id} is undone while its runtime is there`);
        return;
      case 'adopt':
      case 'record-exit':
      case 'finish-spawn':
        if (!mine.some(({ tags }) => tags.launchId !== null && launches.get(id)?.includes(tags.launchId) === true))
          broken('I2', `${action.kind} of ${id}, and nothing of it is there`);
        return;
      case 'restore-parked':
        if (!session.parked || round !== 'boot') broken('I10', `${id} is restored and was not parked`);
        return;
    }
  }

  function relaunch(id: SessionId, cut: Cut): void {
    const before = row(id);
    // The slot is unique in the database: whoever comes second is refused.
    if (before.phase === 'terminated' && (fails.has(id) || slotIsHeld(before))) return void tried.add(id);
    if (fails.has(id)) {
      tried.add(id);
      change(id, { recovery: { state: 'failed', reason: 'as the model wants it', atMs: nowMs } });
      return;
    }
    destroy(id, before.launchId);
    change(id, {
      launchId: newLaunch(id),
      recovery: before.phase === 'live' ? { state: 'queued', reason: 'x', atMs: nowMs } : null,
      exit: null,
    });
    if (cut === 'before the effect') return;
    create(id);
    if (cut === 'before the mark') return;
    change(id, { phase: 'live', recovery: null, exit: null, parked: false, killRequestedAtMs: null, endReason: null });
  }

  function finishKill(id: SessionId, cut: Cut): void {
    for (const launchId of launches.get(id) ?? []) destroy(id, launchId);
    if (cut === 'before the mark') return;
    if (row(id).phase === 'spawning') rows.delete(id);
    else change(id, { phase: 'terminated', endReason: 'killed', slot: null, recovery: null });
    killed.add(id);
  }

  function finishPark(id: SessionId, cut: Cut): void {
    for (const launchId of launches.get(id) ?? []) destroy(id, launchId);
    if (cut !== 'before the mark') change(id, { phase: 'terminated', slot: null, exit: null, recovery: null });
  }

  function apply(action: ReconcileAction, cut: Cut): void {
    const id = action.sessionId;
    switch (action.kind) {
      case 'finish-kill':
        return finishKill(id, cut);
      case 'finish-park':
        return finishPark(id, cut);
      case 'reap':
        return destroy(id, action.launchId);
      case 'adopt':
        return change(id, { launchId: action.launchId, exit: null, recovery: null });
      case 'record-exit':
        return change(id, { launchId: action.launchId, exit: action.exit, recovery: null });
      case 'finish-spawn':
        return change(id, { phase: 'live' });
      case 'undo-spawn':
        destroy(id, row(id).launchId);
        if (cut === 'no') rows.delete(id);
        return;
      case 'terminate':
        return change(id, { phase: 'terminated', endReason: 'not_resumable', slot: null, recovery: null });
      case 'relaunch':
      case 'restore-parked':
        return relaunch(id, cut);
    }
  }

  /** Observe, plan, and so many of its actions; the daemon dies in the one after them, unless all are done. */
  function look(round: Round, done: number, cut: Cut): readonly ReconcileAction[] {
    if (round === 'boot') {
      tried.clear();
      misses = new Map();
    }
    const before = new Map([...panes].filter(([, { tags }]) => tags.instanceId !== INSTANCE || !rows.has(tags.sessionId as SessionId)));
    const seenHost = host;
    const { actions, orphans } = planReconcile(observe(round));
    for (const { handle } of orphans) if (!before.has(handle)) broken('I1', `${handle} is called an orphan and has a row`);
    for (const [index, action] of actions.entries()) {
      if (!rows.has(action.sessionId)) continue;
      judge(action, round, seenHost);
      if (index < done) apply(action, 'no');
      else if (index === done && cut !== 'no') apply(action, cut);
    }
    for (const [handle, pane] of before) if (panes.get(handle) !== pane) broken('I1', `${handle} was never ours and is gone`);
    return actions;
  }

  return {
    rows,
    nth,
    look,
    settled: () => ({ host, panes: [...panes.values()], killed, acknowledged, tried }),
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** A session as a user spawns it, cut off or acknowledged. */
    spawn(kind: Session['kind'], agent: string, prompt: string | null, cut: Cut): void {
      if (host === 'silent') return;
      count += 1;
      const id = `app-${count}` as SessionId;
      if (slotIsHeld({ kind, id })) return;
      rows.set(id, sessionFacts({ number: count, kind, agent, prompt, phase: 'spawning', launchId: newLaunch(id) }));
      if (cut === 'before the effect') return;
      create(id);
      if (cut === 'before the mark') return;
      change(id, { phase: 'live' });
      acknowledged.add(id);
    },
    kill({ id, phase }: Session, cut: Cut): void {
      if (phase === 'terminated' || host === 'silent') return;
      change(id, { killRequestedAtMs: nowMs, parked: false });
      acknowledged.delete(id);
      if (cut !== 'before the effect') finishKill(id, cut);
    },
    restore({ id, phase, kind }: Session, cut: Cut): void {
      if (phase !== 'terminated' || host === 'silent' || slotIsHeld({ kind, id }) || fails.has(id)) return;
      if ([...panes.values()].some(({ tags, life }) => tags.sessionId === id && life === 'alive')) return;
      relaunch(id, cut);
      if (cut === 'no') killed.delete(id);
    },
    park(session: Session, cut: Cut): void {
      if (session.phase !== 'live' || host === 'silent' || session.killRequestedAtMs !== null || session.recovery !== null) return;
      change(session.id, { parked: true });
      if (cut !== 'before the effect') finishPark(session.id, cut);
    },
    exit({ runtimeHandle, id }: Session): void {
      const pane = panes.get(runtimeHandle);
      if (pane?.tags.sessionId === id) panes.set(runtimeHandle, { ...pane, life: 'exited' });
    },
    vanish: ({ runtimeHandle }: Session) => void panes.delete(runtimeHandle),
    foreign({ runtimeHandle }: Session): void {
      if (host === 'up' && !panes.has(runtimeHandle))
        panes.set(runtimeHandle, { tags: { instanceId: null, sessionId: null, launchId: null }, life: 'alive' });
    },
    orphan(): void {
      if (host !== 'up') return;
      count += 1;
      const tags = { instanceId: INSTANCE, sessionId: `gone-${count}`, launchId: launch(count) };
      panes.set(`/s:gone-${count}` as RuntimeHandle, { tags, life: 'alive' });
    },
    hostDies(): void {
      host = 'gone';
      panes.clear();
    },
    hang: () => {
      if (host === 'up') host = 'silent';
    },
    wake: () => {
      if (host === 'silent') host = 'up';
    },
    setFailing: ({ id }: Session, failing: 'yes' | 'no') => void (failing === 'yes' ? fails.add(id) : fails.delete(id)),
  };
}
