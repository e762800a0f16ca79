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
  'KEYBOARD_KEPT',
  'SESSION_NOT_RESUMABLE',
  'ORCHESTRATOR_EXISTS',
  'PROMPT_TOO_LONG',
  'MESSAGE_TOO_LONG',
  'IDEMPOTENCY_CONFLICT',
  'RECORDING_NOT_FOUND',
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

/** SHMSIZE: there was no room for the few pages that SQLite shares between its connections. */
const FULL: readonly string[] = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'];

/**
 * What keeps a disk from being written to, and what helps; `null` for a failure that says nothing of it. `code` is the operating
 * system's or SQLite's.
 */
export function describeUnwritable(code: string | null, directory: string): Pick<AppErrorFacts, 'message' | 'hint'> | null {
  if (code !== null && FULL.includes(code))
    return { message: `The disk under ${directory} is full`, hint: `Free some space (\`df -h ${directory}\`), then try again.` };
  if (code === 'EROFS')
    return {
      message: `The disk under ${directory} is read-only`,
      hint: `Mount it writable (\`df ${directory}\` names it, \`mount\` says how it is mounted), then try again.`,
    };
  return null;
}

/** A data directory that could not be used for this reason. */
export function dataDirUnusable(caught: unknown, directory: string): AppError {
  const { message: why } = caught instanceof Error ? caught : { message: String(caught) };
  const known = describeUnwritable(systemCodeOf(caught), directory);
  const message = known === null ? `The data directory ${directory} cannot be used: ${why}.` : `${known.message} (${why}).`;
  const hint = known?.hint ?? 'Make it writable, or set AO_DATA_DIR to a directory that is, then `ao start`.';
  return new AppError({ code: 'DATA_DIR_UNUSABLE', message, hint }, { cause: caught });
}

/** Full or read-only, whatever it was that could not be written. */
export function isUnwritable(caught: unknown): boolean {
  return describeUnwritable(systemCodeOf(caught), '') !== null;
}

function systemCodeOf(caught: unknown): string | null {
  return caught instanceof Error && 'code' in caught && typeof caught.code === 'string' ? caught.code : null;
}
