/** The refusals of the store that users can meet, each with the next command. */
import { AppError } from '../../../core/errors.ts';
import type { MessageId, ProjectId, SessionId } from '../../../core/ids.ts';

export function projectNotFound(id: ProjectId): AppError {
  return new AppError({
    code: 'PROJECT_NOT_FOUND',
    message: `There is no project "${id}".`,
    hint: 'List the projects with `ao project ls`, or add one with `ao project add --path PATH`.',
  });
}

export function projectExists(id: ProjectId): AppError {
  return new AppError({
    code: 'PROJECT_EXISTS',
    message: `There is a project "${id}" already.`,
    hint: `Look at it with \`ao project get ${id}\`, or choose another id with \`ao project add --path PATH --id ID\`.`,
  });
}

export function sessionNotFound(id: SessionId): AppError {
  return new AppError({
    code: 'SESSION_NOT_FOUND',
    message: `There is no session "${id}".`,
    hint: 'List the sessions with `ao ls --all`.',
  });
}

export function orchestratorExists(projectId: ProjectId): AppError {
  return new AppError({
    code: 'ORCHESTRATOR_EXISTS',
    message: `The project "${projectId}" has a running orchestrator already, and may have only one.`,
    hint: `Use it: \`ao get ${projectId}/orchestrator\`.`,
  });
}

export function deviceNotFound(id: string): AppError {
  return new AppError({
    code: 'DEVICE_NOT_FOUND',
    message: `There is no paired device "${id}".`,
    hint: 'List them with `ao devices`.',
  });
}

/** A message is only ever lost with its session. */
export function messageNotFound(id: MessageId): AppError {
  return new AppError({
    code: 'SESSION_NOT_FOUND',
    message: `There is no message "${id}"; its session is gone.`,
    hint: 'List the sessions with `ao ls --all`.',
  });
}

export function idempotencyConflict(of: { readonly sessionId: SessionId; readonly key: string }): AppError {
  return new AppError({
    code: 'IDEMPOTENCY_CONFLICT',
    message: `The key "${of.key}" was used for another text to ${of.sessionId}, so this message was not accepted.`,
    hint: `Choose another --key; \`ao messages ${of.sessionId}\` shows what was sent.`,
  });
}
