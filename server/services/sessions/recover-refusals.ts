/** Why a session is not brought back: the refusals of `recover.ts`, each with what to type instead. */
import { AppError } from '../../core/errors.ts';
import type { Session } from '../../core/session/session.ts';

export function alreadyLive(session: Session): AppError {
  return new AppError({
    code: 'SESSION_ALREADY_LIVE',
    message: `${session.id} is live and its agent runs; there is nothing to bring back.`,
    hint: `See it with \`ao logs ${session.id}\`.`,
  });
}

export function beingStarted(session: Session): AppError {
  return new AppError({
    code: 'SESSION_BUSY',
    message: `${session.id} is still being started.`,
    hint: `Look again with \`ao get ${session.id}\`.`,
  });
}

export function beingKilled(session: Session): AppError {
  return new AppError({
    code: 'SESSION_BUSY',
    message: `${session.id} is being killed.`,
    hint: `Once \`ao get ${session.id}\` says that it is terminated, \`ao restore ${session.id}\` brings it back.`,
  });
}

export function beingParked(session: Session): AppError {
  return new AppError({
    code: 'SESSION_BUSY',
    message: `${session.id} is being parked.`,
    hint: `Bring it back with \`ao unpark ${session.id}\`.`,
  });
}

export function notResumable(session: Session, why: string): AppError {
  return new AppError({
    code: 'SESSION_NOT_RESUMABLE',
    message: `${session.id} cannot be brought back: ${why}.`,
    hint: `Its branch is kept: once its worktree is gone, go on with it in a new worker, \`ao spawn --project ${session.projectId} --branch ${session.workspace.branch}\`.`,
  });
}

/** The worktree is gone, and what it would be made from again. */
export function repositoryGone(session: Session, why: string): AppError {
  return new AppError({
    code: 'PATH_NOT_FOUND',
    message: `The worktree of ${session.id} is gone, and so is its repository: ${why}`,
    hint: `Put the repository back at ${session.workspace.repository}, then bring it back with \`ao restore ${session.id}\`.`,
  });
}

export function orchestratorExists(session: Session, holder: Session): AppError {
  return new AppError({
    code: 'ORCHESTRATOR_EXISTS',
    message: `${session.id} cannot be restored: ${holder.id} is the project's orchestrator.`,
    hint: `Use \`ao get ${holder.projectId}/orchestrator\`, or end it first with \`ao kill ${holder.id}\`.`,
  });
}

export function hostSilent(session: Session, why: string): AppError {
  return new AppError({
    code: 'RUNTIME_UNAVAILABLE',
    message: `The session host of ${session.id} does not answer (${why}), so nothing may be concluded about it.`,
    hint: `Look again with \`ao get ${session.id}\`; \`ao status\` says more.`,
  });
}
