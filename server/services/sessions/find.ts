/** Finding what a request names, or saying that it is not there and what to type instead. */
import { AppError } from '../../core/errors.ts';
import type { ProjectId, SessionId, SessionRef } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { Project, Store } from '../../ports/store.ts';
import { holdersOf } from './succession.ts';

export function requireProject(store: Store, id: ProjectId): Project {
  const project = store.projects.get(id);
  if (project !== null) return project;
  throw new AppError({
    code: 'PROJECT_NOT_FOUND',
    message: `There is no project "${id}".`,
    hint: 'List them with `ao project ls`, or add one with `ao project add --path <repository>`.',
  });
}

export function requireSession(store: Store, id: SessionId): Session {
  const session = store.sessions.get(id);
  if (session !== null) return session;
  throw new AppError({ code: 'SESSION_NOT_FOUND', message: `There is no session "${id}".`, hint: 'List them with `ao ls --all`.' });
}

/** The session that a reference names; the alias means the orchestrator that holds the slot, else the newest one. */
export function resolveSession(store: Store, ref: SessionRef): Session {
  if (ref.by === 'id') return requireSession(store, ref.id);
  const { projectId } = ref;
  requireProject(store, projectId);
  const found = currentOrchestrator(store, projectId) ?? newestOrchestrator(store, projectId);
  if (found !== null) return found;
  throw new AppError({
    code: 'SESSION_NOT_FOUND',
    message: `The project "${projectId}" has no orchestrator.`,
    hint: `Start one with \`ao orchestrator ensure --project ${projectId}\`.`,
  });
}

/** The project's orchestrator: during a replacement the old one until it has been told to go, from then on its successor. */
export function currentOrchestrator(store: Store, projectId: ProjectId): Session | null {
  const { current, successor } = holdersOf(store, projectId);
  return current === null || (current.replacedBy !== null && successor !== null) ? (successor ?? current) : current;
}

function newestOrchestrator(store: Store, projectId: ProjectId): Session | null {
  return newestFirst(store.sessions.list({ projectId }).filter((session) => session.kind === 'orchestrator'))[0] ?? null;
}

/** Ended orchestrators that may come back by themselves, newest first: those the user did not kill (I3, I10). */
export function recoverableOrchestrators(store: Store, projectId: ProjectId): readonly Session[] {
  const ended = store.sessions.list({ projectId, phases: ['terminated'] });
  return newestFirst(
    ended.filter(
      (session) =>
        session.kind === 'orchestrator' &&
        session.killRequestedAtMs === null &&
        session.endReason !== 'killed' &&
        session.replacedBy === null,
    ),
  );
}

function newestFirst(sessions: readonly Session[]): readonly Session[] {
  return [...sessions].sort((a, b) => b.number - a.number);
}
