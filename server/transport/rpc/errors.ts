/** The one place where our error codes become those of the wire. Exhaustive: a new code does not compile without its line here. */
import { type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { AppError, type AppErrorCode, toAppError } from '../../core/errors.ts';

const TRPC_CODES = {
  BAD_INPUT: 'BAD_REQUEST',
  BAD_ENV: 'BAD_REQUEST',
  NOT_IMPLEMENTED: 'NOT_IMPLEMENTED',
  DAEMON_NOT_RUNNING: 'SERVICE_UNAVAILABLE',
  DAEMON_RUNNING: 'CONFLICT',
  DAEMON_STARTING: 'SERVICE_UNAVAILABLE',
  DAEMON_STOPPING: 'SERVICE_UNAVAILABLE',
  DAEMON_UNHEALTHY: 'SERVICE_UNAVAILABLE',
  DAEMON_START_FAILED: 'INTERNAL_SERVER_ERROR',
  DAEMON_STOP_FAILED: 'INTERNAL_SERVER_ERROR',
  NOT_OUR_DAEMON: 'CONFLICT',
  DAEMON_STOPPED_BY_USER: 'SERVICE_UNAVAILABLE',
  PORT_IN_USE: 'CONFLICT',
  PAGES_NOT_BUILT: 'PRECONDITION_FAILED',
  DATA_DIR_UNUSABLE: 'INTERNAL_SERVER_ERROR',
  DATABASE_NEWER: 'INTERNAL_SERVER_ERROR',
  BACKUP_NOT_FOUND: 'NOT_FOUND',
  DATABASE_UNUSABLE: 'INTERNAL_SERVER_ERROR',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  ORIGIN_REFUSED: 'FORBIDDEN',
  HOST_REFUSED: 'FORBIDDEN',
  TOO_MANY_REQUESTS: 'TOO_MANY_REQUESTS',
  PAIRING_CODE_REFUSED: 'UNAUTHORIZED',
  DEVICE_NOT_FOUND: 'NOT_FOUND',
  PROJECT_NOT_FOUND: 'NOT_FOUND',
  PROJECT_EXISTS: 'CONFLICT',
  PROJECT_IN_USE: 'CONFLICT',
  PATH_NOT_FOUND: 'BAD_REQUEST',
  NOT_A_REPOSITORY: 'BAD_REQUEST',
  UNBORN_HEAD: 'BAD_REQUEST',
  BASE_NOT_FOUND: 'BAD_REQUEST',
  BRANCH_CHECKED_OUT: 'CONFLICT',
  BRANCH_INVALID: 'BAD_REQUEST',
  WORKTREE_FAILED: 'INTERNAL_SERVER_ERROR',
  POST_CREATE_FAILED: 'UNPROCESSABLE_CONTENT',
  AGENT_UNKNOWN: 'BAD_REQUEST',
  AGENT_NOT_FOUND: 'PRECONDITION_FAILED',
  AGENT_SETUP_FAILED: 'INTERNAL_SERVER_ERROR',
  COMMAND_REQUIRED: 'BAD_REQUEST',
  RUNTIME_MISSING: 'PRECONDITION_FAILED',
  RUNTIME_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  RUNTIME_NOT_FOUND: 'NOT_FOUND',
  RUNTIME_HANDLE_TAKEN: 'CONFLICT',
  SESSION_NOT_FOUND: 'NOT_FOUND',
  SESSION_NOT_LIVE: 'CONFLICT',
  SESSION_ALREADY_LIVE: 'CONFLICT',
  SESSION_BUSY: 'CONFLICT',
  KEYBOARD_KEPT: 'CONFLICT',
  SESSION_NOT_RESUMABLE: 'UNPROCESSABLE_CONTENT',
  ORCHESTRATOR_EXISTS: 'CONFLICT',
  PROMPT_TOO_LONG: 'PAYLOAD_TOO_LARGE',
  MESSAGE_TOO_LONG: 'PAYLOAD_TOO_LARGE',
  IDEMPOTENCY_CONFLICT: 'CONFLICT',
  RECORDING_NOT_FOUND: 'NOT_FOUND',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<AppErrorCode, TRPC_ERROR_CODE_KEY>;

export function toTrpcError(error: AppError): TRPCError {
  return new TRPCError({ code: TRPC_CODES[error.code], message: error.message, cause: error });
}

/** The HTTP status of one of our errors, where no tRPC is involved. */
export function statusOf(error: AppError): number {
  return getHTTPStatusCodeFromError(toTrpcError(error));
}

/** What the client is told of a failure, whichever layer it came from. */
export function fromTrpcError(error: TRPCError, path: string | undefined): AppError {
  const { cause } = error;
  if (cause instanceof AppError) return cause;
  const issues = issuesOf(cause);
  if (issues !== null)
    return new AppError({
      code: 'BAD_INPUT',
      message: `The input is not accepted: ${issues}.`,
      hint: 'Correct what is named and try again; `ao help` lists the options.',
    });
  if (error.code === 'INTERNAL_SERVER_ERROR') return toAppError(cause ?? error);
  const message =
    error.code === 'NOT_FOUND'
      ? `There is no procedure ${JSON.stringify(path ?? '')}.`
      : `The request is not accepted: ${error.message || error.code}.`;
  return new AppError({
    code: 'BAD_INPUT',
    message,
    hint: 'Check that `ao version` and the running daemon are of the same version (`ao stop && ao start`).',
  });
}

type Issue = { readonly path?: readonly PropertyKey[]; readonly message?: string; readonly issues?: readonly Issue[] };

/** Zod's issues in one line; `null` if it is not a zod error. */
function issuesOf(cause: unknown): string | null {
  if (typeof cause !== 'object' || cause === null || !('issues' in cause) || !Array.isArray(cause.issues)) return null;
  return (cause.issues as readonly Issue[]).slice(0, 10).map(describeIssue).join('; ');
}

function describeIssue({ path = [], message = 'invalid', issues = [] }: Issue): string {
  // A refused key of a record says why one level down.
  const why = issues.length === 0 ? message : issues.map((inner) => inner.message ?? 'invalid').join(', ');
  return path.length === 0 ? why : `${path.map(String).join('.')}: ${why}`;
}
