/**
 * The closed set of errors that users, scripts and agents can meet. Every code says what happened (`message`, with the
 * why in it) and what to type next (`hint`). Transports map codes exhaustively; nothing else invents one.
 */

export const APP_ERROR_CODES = [
  // usage and input
  'BAD_INPUT',
  'BAD_ENV',
  'NOT_IMPLEMENTED',
  // daemon
  'DAEMON_NOT_RUNNING',
  'DAEMON_RUNNING',
  'DAEMON_STARTING',
  'DAEMON_STOPPING',
  'DAEMON_UNHEALTHY',
  'DAEMON_START_FAILED',
  'DAEMON_STOP_FAILED',
  'NOT_OUR_DAEMON',
  'DAEMON_STOPPED_BY_USER',
  'PORT_IN_USE',
  'PAGES_NOT_BUILT',
  'DATA_DIR_UNUSABLE',
  'DATABASE_NEWER',
  'DATABASE_UNUSABLE',
  'BACKUP_NOT_FOUND',
  // access
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ORIGIN_REFUSED',
  'HOST_REFUSED',
  'TOO_MANY_REQUESTS',
  'PAIRING_CODE_REFUSED',
  'DEVICE_NOT_FOUND',
  // projects and workspaces
  'PROJECT_NOT_FOUND',
  'PROJECT_EXISTS',
  'PROJECT_IN_USE',
  'PATH_NOT_FOUND',
  'NOT_A_REPOSITORY',
  'UNBORN_HEAD',
  'BASE_NOT_FOUND',
  'BRANCH_CHECKED_OUT',
  'BRANCH_INVALID',
  'WORKTREE_FAILED',
  'POST_CREATE_FAILED',
  // agents
  'AGENT_UNKNOWN',
  'AGENT_NOT_FOUND',
  'AGENT_SETUP_FAILED',
  'COMMAND_REQUIRED',
  // runtimes
  'RUNTIME_MISSING',
  'RUNTIME_UNAVAILABLE',
  'RUNTIME_NOT_FOUND',
  'RUNTIME_HANDLE_TAKEN',
  // sessions
  'SESSION_NOT_FOUND',
  'SESSION_NOT_LIVE',
  'SESSION_ALREADY_LIVE',
  'SESSION_BUSY',
  'SESSION_NOT_RESUMABLE',
  'ORCHESTRATOR_EXISTS',
  'PROMPT_TOO_LONG',
  'MESSAGE_TOO_LONG',
  'IDEMPOTENCY_CONFLICT',
  // last resort
  'INTERNAL',
] as const;

export type AppErrorCode = (typeof APP_ERROR_CODES)[number];

export type AppErrorFacts = {
  readonly code: AppErrorCode;
  /** What happened and why, one or two sentences, no stack. */
  readonly message: string;
  /** The next command to type or change to make. */
  readonly hint: string;
};

export class AppError extends Error implements AppErrorFacts {
  override readonly name = 'AppError';
  readonly code: AppErrorCode;
  readonly hint: string;

  constructor(facts: AppErrorFacts, options?: { readonly cause?: unknown }) {
    super(facts.message, options);
    this.code = facts.code;
    this.hint = facts.hint;
  }

  toJSON(): AppErrorFacts {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

/** Narrows whatever was caught to an AppError; anything unexpected becomes `INTERNAL` with its cause kept. */
export function toAppError(caught: unknown): AppError {
  if (caught instanceof AppError) return caught;
  const what = caught instanceof Error ? caught.message : String(caught);
  return new AppError(
    { code: 'INTERNAL', message: `Unexpected failure: ${what}`, hint: 'See the daemon log; `ao status` says where the daemon is.' },
    { cause: caught },
  );
}

export function isAppError<Code extends AppErrorCode>(caught: unknown, code: Code): caught is AppError & { readonly code: Code } {
  return caught instanceof AppError && caught.code === code;
}
