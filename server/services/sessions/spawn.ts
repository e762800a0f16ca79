/**
 * Spawn: facts first, then effects in an order that can be undone from the row alone (SPEC §3.2). It ends fully live or gone
 * without residue; it is acknowledged when live. Boot settles one that a crash cut off.
 */
import { AppError, isAppError, toAppError } from '../../core/errors.ts';
import { type ProjectId, type SessionId, toSessionId } from '../../core/ids.ts';
import type { Session, SessionKind } from '../../core/session/session.ts';
import type { Project, SessionDraft } from '../../ports/store.ts';
import type { Ground } from '../../ports/workspace.ts';
import type { SessionContext } from './context.ts';
import { requireProject, requireSession } from './find.ts';
import type { Launching } from './launching.ts';
import { runPostCreate } from './post-create.ts';
import { holdersOf, planSuccession } from './succession.ts';
import { describeUndone, undoSpawn } from './undo-spawn.ts';

/** Bytes of UTF-8: the prompt travels in one environment string, and Linux allows 128 KiB for one. */
export const PROMPT_LIMIT_BYTES = 100_000;

export type SpawnOrder = {
  readonly projectId: ProjectId;
  readonly kind: SessionKind;
  readonly agent: string | null;
  readonly command: string | null;
  readonly prompt: string | null;
  readonly title: string | null;
  readonly branch: string | null;
  /** The orchestrator whose place it is to take. */
  readonly replaces: SessionId | null;
};

type Checked = { readonly project: Project; readonly agentName: string; readonly command: string | null; readonly ground: Ground };

/** A spawn whose row is durable. `live` settles when it is live, or undone. */
export type Begun = { readonly row: Session; readonly live: Promise<Session> };

export function createSpawn(context: SessionContext, launching: Launching) {
  const { store, runtime, workspace, agents, secrets, clock, faults, log } = context;

  /** Everything that can be known to fail before anything is written. */
  async function check(order: SpawnOrder): Promise<Checked> {
    const project = requireProject(store, order.projectId);
    const orchestrates = order.kind === 'orchestrator';
    const agentName = order.agent ?? (orchestrates ? project.orchestratorAgent : project.agent);
    const command = order.command ?? (orchestrates && agentName === 'custom' ? project.orchestratorCommand : null);
    const agent = agents.get(agentName);
    const bytes = new TextEncoder().encode(order.prompt ?? '').length;
    if (bytes > PROMPT_LIMIT_BYTES) {
      throw new AppError({
        code: 'PROMPT_TOO_LONG',
        message: `The prompt has ${bytes} bytes; the limit is ${PROMPT_LIMIT_BYTES}, since it is handed over in one environment string.`,
        hint: 'Put the text into a file of the repository and name the file in the prompt.',
      });
    }
    await runtime.assertInstalled();
    await agent.assertAvailable({ env: launching.baseEnvironment(project), command });
    const ground = await workspace.look({ projectId: project.id, repository: project.path, base: project.base, branch: order.branch });
    return { project, agentName, command, ground };
  }

  function draftRow(order: SpawnOrder, { project, agentName, command, ground }: Checked, token: string): SessionDraft {
    const number = store.sessions.nextNumber(project.id);
    faults.passed('spawn.number');
    const id: SessionId = toSessionId(project.id, number);
    return {
      id,
      projectId: project.id,
      number,
      kind: order.kind,
      slot: order.kind === 'orchestrator' ? (holdersOf(store, project.id).current === null ? 'current' : 'successor') : null,
      replaces: order.replaces,
      replacedBy: null,
      agent: agentName,
      command,
      title: order.title ?? (order.kind === 'orchestrator' ? 'Orchestrator' : titleFrom(order.prompt, id)),
      prompt: order.prompt,
      phase: 'spawning',
      endReason: null,
      endDetail: null,
      activity: 'unknown',
      activitySource: 'none',
      activityAtMs: null,
      attention: null,
      firstSignalAtMs: null,
      runtimeKind: runtime.kind,
      runtimeHandle: runtime.handleFor(id, 0),
      launchId: secrets.newLaunchId(),
      launchMode: 'spawned',
      launchedAtMs: clock.nowMs(),
      workspace: workspace.plan(ground, id),
      agentSessionId: agents.get(agentName).newAgentSessionId(),
      exit: null,
      recovery: null,
      killRequestedAtMs: null,
      parked: false,
      preservedRef: null,
      tokenHash: secrets.hash(token),
    };
  }

  async function bringToLife(row: Session, project: Project, token: string): Promise<Session> {
    let step = 'worktree';
    try {
      await workspace.create(row.workspace);
      faults.passed('spawn.worktree');
      step = 'post-create';
      assertWanted(row);
      await workspace.link(row.workspace, project.symlinks);
      faults.passed('spawn.linked');
      const env = launching.baseEnvironment(project);
      await context.cancellations.run(row.id, (signal) => runPostCreate(context, { project, cwd: row.workspace.path, env, signal }));
      faults.passed('spawn.post-create');
      step = 'agent setup';
      assertWanted(row);
      await agents.get(row.agent).prepare(launching.contextOf(row, project, 'spawned'));
      faults.passed('spawn.agent-setup');
      step = 'runtime';
      assertWanted(row);
      const created = await launching.create(row, project, { mode: 'spawned', token });
      faults.passed('spawn.runtime');
      const live = markSpawned(created, 'its runtime was created');
      faults.passed('spawn.live');
      return live;
    } catch (caught) {
      const failure = toAppError(caught);
      throw await giveUp(row, step, isUnwanted(row) && failure.code !== 'RUNTIME_UNAVAILABLE' ? killedMeanwhile(row) : failure);
    }
  }

  /** A kill does not wait for its turn: once it is intended, the spawn goes no step further and undoes itself. */
  function assertWanted(row: Session): void {
    if (isUnwanted(row)) throw killedMeanwhile(row);
  }

  function isUnwanted({ id }: Session): boolean {
    return store.sessions.get(id)?.killRequestedAtMs !== null;
  }

  async function giveUp(row: Session, step: string, failure: AppError): Promise<AppError> {
    const later = `It is settled as soon as the session host answers: see \`ao get ${row.id}\`.`;
    // Whether the host took the request cannot be told (I9): the row stays, reconcile finishes or undoes it.
    if (isAppError(failure, 'RUNTIME_UNAVAILABLE')) {
      return new AppError(
        { code: failure.code, message: `Spawn of ${row.id} stopped at "${step}": ${failure.message}`, hint: later },
        { cause: failure },
      );
    }
    let kept: string;
    try {
      kept = describeUndone(await undoSpawn(context, row, `failed at "${step}": ${failure.message}`));
    } catch (caught) {
      log.error({ sessionId: row.id, error: toAppError(caught).message }, 'undo of a failed spawn did not finish');
      return new AppError(
        {
          code: failure.code,
          message: `Spawn of ${row.id} failed at "${step}": ${failure.message} Its undo is not finished yet.`,
          hint: later,
        },
        { cause: failure },
      );
    }
    return new AppError(
      { code: failure.code, message: `Spawn failed at "${step}" and was undone: ${failure.message}${kept}`, hint: failure.hint },
      { cause: failure },
    );
  }

  function markSpawned({ id }: Session, why: string): Session {
    const { slot, others } = planSuccession(store, requireSession(store, id), clock.nowMs());
    const patch = { phase: 'live', launchedAtMs: clock.nowMs(), slot } as const;
    store.sessions.updateAll([{ id, patch, event: { kind: 'spawned', reason: why } }, ...others]);
    const live = requireSession(store, id);
    context.looks.set(id, { state: 'reachable' });
    log.info({ sessionId: id, agent: live.agent, branch: live.workspace.branch }, 'session live');
    return live;
  }

  async function begin(order: SpawnOrder): Promise<Begun> {
    const facts = await check(order);
    const token = secrets.newToken();
    const draft = draftRow(order, facts, token);
    return await new Promise((resolve, reject) => {
      // The lock is held before the row exists, so that reconcile never sees a spawn of ours as cut off.
      const live = context.sessionLocks.run(draft.id, async () => {
        const row = store.sessions.insert(draft, { kind: 'spawning', reason: 'asked for by the user' });
        resolve({ row, live });
        faults.passed('spawn.row');
        return await bringToLife(row, facts.project, token);
      });
      live.catch(reject);
    });
  }

  return {
    begin,
    spawn: async (order: SpawnOrder): Promise<Session> => (await begin(order)).live,
    markSpawned,
  };
}

export type Spawn = ReturnType<typeof createSpawn>;

function killedMeanwhile({ id, projectId }: Session): AppError {
  return new AppError({
    code: 'SESSION_NOT_LIVE',
    message: `${id} was killed while it was being started.`,
    hint: `Start another one with \`ao spawn --project ${projectId}\`.`,
  });
}

/** The first line of the prompt, cut to what a card can show. */
function titleFrom(prompt: string | null, id: SessionId): string {
  const first =
    (prompt ?? '')
      .split(/[\r\n]/, 1)[0]
      ?.replace(/\p{Cc}/gu, ' ')
      .trim() ?? '';
  if (first === '') return id;
  return first.length <= 80 ? first : `${[...first].slice(0, 79).join('')}…`;
}
