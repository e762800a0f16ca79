/** Sessions and messages on the wire. Times are ISO 8601. */
import { z } from 'zod';
import { parseSessionRef } from '../core/ids.ts';
import { ACTIVITIES, ACTIVITY_SOURCES, LAUNCH_MODES, PHASES, RUNTIME_KINDS, SESSION_KINDS, SLOTS } from '../core/session/session.ts';
import { SESSION_STATUSES } from '../core/session/status.ts';
import { appErrorSchema } from './errors.ts';
import { projectIdSchema } from './project.ts';

/** `<project>-<n>` or `<project>/orchestrator`. */
export const sessionRefSchema = z.string().transform((text, context) => {
  const ref = parseSessionRef(text);
  if (ref !== null) return ref;
  context.addIssue({ code: 'custom', message: 'A session is named <project>-<n> or <project>/orchestrator' });
  return z.NEVER;
});

/** Bytes of UTF-8. One environment string may have 128 KiB on Linux, and the prompt travels in one. */
export const PROMPT_MAX_BYTES = 100_000;
/** Bytes of UTF-8 of one message. */
export const MESSAGE_MAX_BYTES = 1_048_576;

const noNul = (text: string): boolean => !text.includes('\0');
const title = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');
const command = z.string().min(1).max(32_768).refine(noNul, 'must not contain NUL');
const branch = z
  .string()
  .min(1)
  .max(250)
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');

export const sessionSpawnInput = z.object({
  projectId: projectIdSchema,
  agent: z.string().min(1).max(40).optional(),
  prompt: z.string().min(1).refine(noNul, 'must not contain NUL').optional(),
  title: title.optional(),
  branch: branch.optional(),
  command: command.optional(),
});

export const orchestratorEnsureInput = z.object({
  projectId: projectIdSchema,
  clean: z.boolean().default(false),
  agent: z.string().min(1).max(40).optional(),
  command: command.optional(),
});

export const sessionListInput = z.object({ projectId: projectIdSchema.optional(), all: z.boolean().default(false) });
export const sessionGetInput = z.object({ id: sessionRefSchema });
export const sessionRenameInput = z.object({ id: sessionRefSchema, title });
export const sessionLogsInput = z.object({ id: sessionRefSchema, lines: z.number().int().min(1).max(50_000).default(200) });
export const sessionSendInput = z.object({
  id: sessionRefSchema,
  text: z.string().min(1).refine(noNul, 'must not contain NUL'),
  key: z.string().min(1).max(200).optional(),
});

export const sessionViewSchema = z.object({
  id: z.string(),
  projectId: z.string(),
  kind: z.enum(SESSION_KINDS),
  slot: z.enum(SLOTS).nullable(),
  agent: z.string(),
  command: z.string().nullable(),
  title: z.string(),
  prompt: z.string().nullable(),
  phase: z.enum(PHASES),
  status: z.enum(SESSION_STATUSES),
  /** Why the status is what it is, in one sentence. */
  reason: z.string(),
  activity: z.enum(ACTIVITIES),
  activitySource: z.enum(ACTIVITY_SOURCES),
  activityAt: z.string().nullable(),
  exitCode: z.number().int().nullable(),
  exitSignal: z.string().nullable(),
  exitedAt: z.string().nullable(),
  branch: z.string(),
  base: z.string(),
  workspacePath: z.string(),
  preservedRef: z.string().nullable(),
  runtime: z.object({ kind: z.enum(RUNTIME_KINDS), handle: z.string() }),
  launchId: z.string(),
  launchMode: z.enum(LAUNCH_MODES),
  launchedAt: z.string(),
  agentSessionId: z.string().nullable(),
  replaces: z.string().nullable(),
  replacedBy: z.string().nullable(),
  parked: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** `kill` adds what became of the worktree; `restore` and `resume` how the session came back, and where captured work is that could not be put back. */
export const killResultSchema = sessionViewSchema.extend({
  worktree: z.enum(['removed', 'kept', 'missing']),
  worktreeNote: z.string().nullable(),
});
export const recoveryResultSchema = sessionViewSchema.extend({
  mode: z.enum(['resumed', 'replayed', 'fresh']),
  note: z.string().nullable(),
});
export const ensureResultSchema = z.object({ session: sessionViewSchema, created: z.boolean() });
/** Which sessions; left out: all that it can be done to. */
export const sessionManyInput = z.object({ ids: z.array(sessionRefSchema).min(1).max(1_000).optional() });
/** What `park` and `unpark` did, session by session. */
export const parkResultSchema = z.object({
  sessions: z.array(sessionViewSchema),
  failed: z.array(appErrorSchema.extend({ id: z.string() })),
});
export type ParkResult = z.infer<typeof parkResultSchema>;
export const sessionCleanupInput = z.object({ dryRun: z.boolean().default(false) });
/** Worktrees of ended sessions, one each. `removable`: a dry run, it would be removed. `why` it is kept. */
export const cleanupResultSchema = z.array(
  z.object({
    id: z.string(),
    path: z.string(),
    branch: z.string(),
    outcome: z.enum(['removed', 'removable', 'kept']),
    why: z.string().nullable(),
  }),
);
export type CleanupResult = z.infer<typeof cleanupResultSchema>;
export type KillResult = z.infer<typeof killResultSchema>;
export type RecoveryResult = z.infer<typeof recoveryResultSchema>;
export type EnsureResult = z.infer<typeof ensureResultSchema>;

/** What a kill would find in the worktree: asked for its confirmation. */
export const DIRT_FILES_SHOWN = 200;
export const sessionDirtSchema = z.object({
  branch: z.string(),
  /** `missing`: deleted by hand; `unknown`: cannot be looked at now, and then nothing is known of `files`. */
  worktree: z.enum(['present', 'missing', 'unknown']),
  /** Relative paths of everything uncommitted, the first `DIRT_FILES_SHOWN` of them. */
  files: z.array(z.string()),
  total: z.number().int(),
});
export type SessionDirt = z.infer<typeof sessionDirtSchema>;

export const logsResultSchema = z.object({ id: z.string(), text: z.string() });

export const MESSAGE_STATE_VALUES = ['queued', 'pasted', 'echoed', 'submitted', 'accepted', 'failed'] as const;
export const messageViewSchema = z.object({
  messageId: z.string(),
  sessionId: z.string(),
  key: z.string(),
  text: z.string(),
  state: z.enum(MESSAGE_STATE_VALUES),
  reason: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type MessageView = z.infer<typeof messageViewSchema>;

const facts = z.record(z.string(), z.unknown());
/** One line of a session's history: what changed, and why. */
export const sessionEventViewSchema = z.object({
  seq: z.number().int(),
  sessionId: z.string(),
  projectId: z.string(),
  at: z.string(),
  kind: z.string(),
  reason: z.string(),
  data: facts.nullable(),
  before: facts.nullable(),
  after: facts.nullable(),
});
export type SessionEventView = z.infer<typeof sessionEventViewSchema>;
