/**
 * Makes a launch of a session: what the agent is started with, and the runtime it is started in. Knows nothing of phases;
 * spawn and recover write the facts around it.
 */
import { orchestratorRolePrompt } from '../../core/agent/role-prompt.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import type { RuntimeHandle } from '../../core/ids.ts';
import { buildBaseEnvironment, buildSessionEnvironment, type Environment } from '../../core/session/environment.ts';
import type { LaunchMode, Session } from '../../core/session/session.ts';
import type { AgentLaunchContext } from '../../ports/agent.ts';
import type { LaunchSpec } from '../../ports/runtime.ts';
import type { Project } from '../../ports/store.ts';
import type { SessionContext } from './context.ts';

/** Until a viewer sizes it. Wide enough for agents' TUIs, narrow enough for a laptop. */
export const INITIAL_SIZE = { cols: 120, rows: 36 };

/** A foreign runtime under our name makes a session take the next one; more than a few means something is badly wrong. */
const MAX_HANDLE_TRIES = 8;

const PROBE_LIMIT_MS = 2_000;

type Deps = Pick<SessionContext, 'store' | 'runtime' | 'agents' | 'places' | 'daemonEnv' | 'log' | 'faults'>;

export function createLaunching(deps: Deps) {
  const { store, runtime, agents, places } = deps;

  const baseEnvironment = (project: Project): Environment => buildBaseEnvironment(deps.daemonEnv, project.env);

  function contextOf(session: Session, project: Project, mode: LaunchMode): AgentLaunchContext {
    const says = mode === 'spawned' || mode === 'replayed';
    return {
      sessionId: session.id,
      projectId: session.projectId,
      instanceId: store.meta.instanceId,
      launchId: session.launchId,
      kind: session.kind,
      mode,
      prompt: says ? session.prompt : null,
      rolePrompt: session.kind === 'orchestrator' ? orchestratorRolePrompt(project) : null,
      command: session.command,
      agentSessionId: session.agentSessionId,
      worktree: session.workspace.path,
      repository: session.workspace.repository,
      env: baseEnvironment(project),
    };
  }

  function specOf(session: Session, project: Project, launch: { readonly mode: LaunchMode; readonly token: string }): LaunchSpec {
    const context = contextOf(session, project, launch.mode);
    const { argv, env } = agents.get(session.agent).launch(context);
    const own = {
      AO_SESSION_ID: session.id,
      AO_PROJECT_ID: session.projectId,
      AO_LAUNCH_ID: session.launchId,
      AO_SESSION_TOKEN: launch.token,
      AO_DATA_DIR: places.dataDir,
      AO_RUN_FILE: places.runFile,
    };
    return {
      handle: session.runtimeHandle,
      instanceId: store.meta.instanceId,
      projectId: session.projectId,
      sessionId: session.id,
      launchId: session.launchId,
      argv,
      env: buildSessionEnvironment({ base: context.env, agent: env, own, binDir: places.binDir }),
      cwd: session.workspace.path,
      size: INITIAL_SIZE,
    };
  }

  /** Whoever holds the name: our own spent launch is cleared away, a foreign runtime is left alone and the next name taken. */
  async function freeHandle(session: Session, taken: RuntimeHandle): Promise<'cleared' | 'foreign'> {
    const { byHandle } = await runtime.probe([taken], { limitMs: PROBE_LIMIT_MS });
    const probe = byHandle.get(taken);
    if (probe === undefined || probe.state === 'unknown') {
      throw new AppError({
        code: 'RUNTIME_UNAVAILABLE',
        message: 'The session host does not answer.',
        hint: `It is tried again by itself; \`ao get ${session.id}\` shows when it is done.`,
      });
    }
    if (probe.state === 'dead') return 'cleared';
    const { tags } = probe;
    const ours = tags.instanceId === store.meta.instanceId && tags.sessionId === session.id && tags.launchId !== null;
    if (!ours || !store.sessions.launchIds(session.id).some((id) => id === tags.launchId)) return 'foreign';
    if (probe.state === 'alive') {
      throw new AppError({
        code: 'SESSION_BUSY',
        message: `An earlier launch of ${session.id} is alive after all.`,
        hint: `It is adopted by itself; see \`ao get ${session.id}\`.`,
      });
    }
    await runtime.destroy(taken, tags.launchId as NonNullable<typeof tags.launchId>);
    deps.faults.passed('launch.cleared');
    return 'cleared';
  }

  return {
    baseEnvironment,
    contextOf,

    /** Creates the runtime; resolves to the session with the handle that was free in the end. */
    async create(session: Session, project: Project, launch: { readonly mode: LaunchMode; readonly token: string }): Promise<Session> {
      let current = session;
      let attempt = 0;
      for (let tries = 0; tries < MAX_HANDLE_TRIES; tries += 1) {
        try {
          await runtime.create(specOf(current, project, launch));
          return current;
        } catch (caught) {
          if (!isAppError(caught, 'RUNTIME_HANDLE_TAKEN')) throw caught;
          if ((await freeHandle(current, current.runtimeHandle)) === 'foreign') {
            attempt += 1;
            const runtimeHandle = runtime.handleFor(session.id, attempt);
            deps.log.warn(
              { sessionId: session.id, taken: current.runtimeHandle, next: runtimeHandle },
              'runtime name held by a foreign runtime',
            );
            current = store.sessions.update(
              session.id,
              { runtimeHandle, runtimeKind: runtime.kind },
              { kind: 'handle-changed', reason: 'its name is held by a foreign runtime' },
            );
            deps.faults.passed('launch.handle');
          }
        }
      }
      throw new AppError({
        code: 'RUNTIME_HANDLE_TAKEN',
        message: `All names for ${session.id} are held by foreign runtimes.`,
        hint: 'End them, then try again.',
      });
    },

    /** Launches anew inside the exited runtime. */
    async restart(session: Session, project: Project, launch: { readonly mode: LaunchMode; readonly token: string }): Promise<void> {
      await runtime.restart(specOf(session, project, launch));
    },
  };
}

export type Launching = ReturnType<typeof createLaunching>;
