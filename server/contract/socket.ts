/**
 * The socket protocol between a tab and the daemon (socket.io, WebSocket only, path `/socket.io`, default namespace). Everything
 * that comes in is parsed with these schemas; what does not parse is answered with `BAD_INPUT` or dropped, and counted.
 *
 * Terminal bytes travel as binary. Offsets belong to one attach, not to the session; a new attach begins with a snapshot.
 */
import { z } from 'zod';
import type { TerminalWatchers } from '../core/terminal/watchers.ts';
import type { appErrorSchema } from './errors.ts';
import { projectViewSchema } from './project.ts';
import { sessionRefSchema, sessionViewSchema } from './session.ts';

/** `auth` of the handshake, beside a browser's cookie or the command line's `Authorization` header. */
export const handshakeSchema = z.object({
  /** A browser's. The command line has shown its credential at the door. */
  secret: z.string().min(20).max(200).optional(),
  protocol: z.number().int(),
  /** `app`: this tab, or this `ao attach`, holds the daemon up. `viewer`: it only looks. */
  role: z.enum(['app', 'viewer']),
  /** The same for one tab over all its connections (session storage). */
  tab: z.string().min(8).max(80),
});
export type Handshake = z.infer<typeof handshakeSchema>;

/** Server → tab, after each join and whenever it changes. `counted` is the acknowledgement: not a supervisor before it. */
export const supervisionSchema = z.object({
  verdict: z.enum(['counted', 'not_counted', 'restarting']),
});
export type Supervision = z.infer<typeof supervisionSchema>;

/**
 * Server → tab. The feed has an epoch (one daemon's life) and a sequence without gaps. A tab starts with the snapshot that
 * `feed.subscribe` answers, applies changes in order, and asks anew where the epoch is another or a number is missing.
 */
export const feedChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), session: sessionViewSchema }),
  z.object({ kind: z.literal('session-removed'), id: z.string() }),
  z.object({ kind: z.literal('project'), project: projectViewSchema }),
  z.object({ kind: z.literal('project-removed'), id: z.string() }),
]);
export type FeedChange = z.infer<typeof feedChangeSchema>;
export const feedEventSchema = z.object({ epoch: z.string(), seq: z.number().int().positive(), change: feedChangeSchema });
export type FeedEvent = z.infer<typeof feedEventSchema>;
export const feedSnapshotSchema = z.object({
  epoch: z.string(),
  seq: z.number().int().nonnegative(),
  /** ISO 8601. */
  at: z.string(),
  sessions: z.array(sessionViewSchema),
  projects: z.array(projectViewSchema),
});
export type FeedSnapshot = z.infer<typeof feedSnapshotSchema>;

export const TERMINAL_LIMITS = {
  minCols: 2,
  maxCols: 1_000,
  minRows: 2,
  maxRows: 1_000,
  /** One input frame. Larger pastes are cut into several by the sender, in order. */
  maxInputBytes: 65_536,
  /** Unacknowledged output after which a viewer is conflated … */
  highWaterBytes: 65_536,
  /** … and the mark below which it gets a fresh screen and goes on. */
  lowWaterBytes: 16_384,
  /** One page of history; a thousand rows cost the host 5 ms, in which it serves nobody else. */
  maxHistoryRows: 1_000,
} as const;

const cols = z.number().int().min(TERMINAL_LIMITS.minCols).max(TERMINAL_LIMITS.maxCols);
const rows = z.number().int().min(TERMINAL_LIMITS.minRows).max(TERMINAL_LIMITS.maxRows);

/** A viewer that nobody sees (a tab in the background) never decides the size. */
const visible = z.boolean().default(true);

/** `read-only`: it only looks. Its input is refused, and it never decides the size. */
const access = z.enum(['full', 'read-only']).default('full');

/**
 * Tab → server, answered by `TerminalAttached` or an error. `cols` and `rows` are what the viewer would like; `sized` that it was
 * the one that sizes when its last attach was cut.
 */
export const terminalAttachSchema = z.object({ session: sessionRefSchema, cols, rows, visible, access, sized: z.boolean().default(false) });
/** `attachId` names this attach in everything that follows; the size is the terminal's, which may be another viewer's choice. */
export const terminalAttachedSchema = z.object({ attachId: z.string(), sessionId: z.string(), cols, rows });
export type TerminalAttached = z.infer<typeof terminalAttachedSchema>;
/** A new size, or the same one on focus: either takes the size for this viewer. What it became comes as `terminal.sized`. */
export const terminalResizeSchema = z.object({ attachId: z.string().max(80), cols, rows, visible });
export const terminalDetachSchema = z.object({ attachId: z.string().max(80) });
/** Bytes of output that the viewer's terminal has worked off since the last ack. */
export const terminalAckSchema = z.object({
  attachId: z.string().max(80),
  bytes: z
    .number()
    .int()
    .positive()
    .max(1 << 30),
});
/** Input in order: `seq` counts from 1 in each attach; one out of order is refused and nothing of it is typed. */
export const terminalInputSchema = z.object({
  attachId: z.string().max(80),
  seq: z.number().int().positive(),
  data: z.instanceof(Uint8Array),
});

/**
 * Tab → server. `take`: nobody else may type until this tab says `release`, leaves, or another one takes it over. `only-look` makes
 * this viewer a read-only one, `type` takes that back.
 */
export const terminalKeyboardSchema = z.object({
  attachId: z.string().max(80),
  word: z.enum(['take', 'release', 'only-look', 'type']),
});
export type KeyboardWord = z.infer<typeof terminalKeyboardSchema>['word'];

/** Server → tab, a moment after each attach and whenever it changes. */
export type WatchersSaid = TerminalWatchers & { readonly attachId: string };

/** Server → tab. `snapshot`: reset the terminal, then write this; `data`: go on. Both count against the ack window. */
export type TerminalOutput = { readonly attachId: string; readonly kind: 'snapshot' | 'data'; readonly data: Uint8Array };
export const terminalEndedSchema = z.object({
  attachId: z.string(),
  /** `exited`: the agent ended, the screen stays. `gone`: the runtime is not there. `closed`: the daemon ends. */
  why: z.enum(['exited', 'gone', 'closed']),
  exitCode: z.number().int().nullable(),
});
export type TerminalEnded = z.infer<typeof terminalEndedSchema>;
export const terminalSizedSchema = z.object({ attachId: z.string(), cols, rows });
export type TerminalSized = z.infer<typeof terminalSizedSchema>;

const row = z
  .number()
  .int()
  .nonnegative()
  .max(1 << 30);
/**
 * Tab → server, answered by `TerminalHistory` or an error. Rows are numbered from 0, the oldest; `from: null` asks for the newest. The
 * text at `anchor`, a row that the tab knows, tells it whether the numbers still mean the same rows.
 */
export const terminalHistorySchema = z.object({
  session: sessionRefSchema,
  from: row.nullable(),
  rows: z.number().int().positive().max(TERMINAL_LIMITS.maxHistoryRows),
  anchor: row.nullable(),
});
/** A page (`HistoryPage` of the runtimes): pages in order, and `screen` after the last, are the whole text. */
export type TerminalHistory = {
  readonly total: number;
  readonly first: number;
  readonly rows: number;
  readonly text: string;
  readonly anchor: string;
  readonly cols: number;
  readonly screen: string | null;
};

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: z.infer<typeof appErrorSchema> };

export interface ServerToTab {
  supervision: (supervision: Supervision) => void;
  feed: (event: FeedEvent) => void;
  'terminal.output': (output: TerminalOutput) => void;
  'terminal.sized': (sized: TerminalSized) => void;
  'terminal.watchers': (watchers: WatchersSaid) => void;
  'terminal.ended': (ended: TerminalEnded) => void;
}

export interface TabToServer {
  /** On `pagehide`: the next disconnect is a departure, not a loss. */
  goodbye: () => void;
  'feed.subscribe': (answer: (result: Answer<FeedSnapshot>) => void) => void;
  'terminal.attach': (input: unknown, answer: (result: Answer<TerminalAttached>) => void) => void;
  'terminal.input': (input: unknown, answer: (result: Answer<{ seq: number }>) => void) => void;
  'terminal.resize': (input: unknown) => void;
  'terminal.ack': (input: unknown) => void;
  'terminal.keyboard': (input: unknown) => void;
  'terminal.detach': (input: unknown) => void;
  'terminal.history': (input: unknown, answer: (result: Answer<TerminalHistory>) => void) => void;
}
