/**
 * Terminal runtimes: the hosts in which agents live and which outlive the daemon. Split by caller, so that whoever must
 * not end a session is handed an interface without that method (I1): shutdown gets `RuntimeConnection` alone.
 *
 * Failures are `AppError`s: `RUNTIME_UNAVAILABLE` (time limit, host not answering: nothing may be concluded),
 * `RUNTIME_NOT_FOUND` (the host answered and has no such runtime), `RUNTIME_HANDLE_TAKEN`, `RUNTIME_MISSING` (program not installed).
 */
import type { InstanceId, LaunchId, MessageId, ProjectId, RuntimeHandle, SessionId } from '../core/ids.ts';
import type { RuntimeObservation } from '../core/session/probe.ts';
import type { RuntimeKind } from '../core/session/session.ts';

export type TerminalSize = { readonly cols: number; readonly rows: number };

export type LaunchSpec = {
  readonly handle: RuntimeHandle;
  readonly instanceId: InstanceId;
  readonly projectId: ProjectId;
  readonly sessionId: SessionId;
  readonly launchId: LaunchId;
  /** Program and arguments, run directly, no shell. Any bytes but NUL. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment but `TERM`, which the runtime sets. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size: TerminalSize;
};

export interface RuntimeProbe {
  /** Begins to reach the host, so that the first look need not wait for that. Whether it is there, that look tells. */
  connect(): void;
  /** One look for all. Never rejects: what cannot be told is `unknown`. `limitMs` bounds the whole look. */
  probe(handles: readonly RuntimeHandle[], options: { readonly limitMs: number }): Promise<RuntimeObservation>;
}

export interface RuntimeLauncher {
  readonly kind: RuntimeKind;
  /** Whether the runtime's program is here and new enough; throws `RUNTIME_MISSING` with the install command otherwise. */
  assertInstalled(): Promise<void>;
  /** The handle a session gets, known before anything is created. `attempt` 0 is the first choice; a foreign occupant takes the next. */
  handleFor(sessionId: SessionId, attempt: number): RuntimeHandle;
  /** Creates and tags in one step. Starts the host if none is there. Rejects with `RUNTIME_HANDLE_TAKEN` where the name is in use. */
  create(spec: LaunchSpec): Promise<void>;
  /** Launches anew inside an exited runtime: same scrollback, new tags. The visible screen is pushed into the history first. */
  restart(spec: LaunchSpec): Promise<void>;
  /** Fences a launch: whatever of it has not started yet never will, even if the host wakes up later with the request in its queue. Idempotent. */
  revoke(launchId: LaunchId): Promise<void>;
}

export interface RuntimeDestroyer {
  /**
   * Ends the runtime if it still carries `launchId`, and every process of that launch. A missing runtime is success; one
   * with another launch id is left alone.
   */
  destroy(handle: RuntimeHandle, launchId: LaunchId): Promise<void>;
}

/** What has reached the program's input, remembered by the host itself so that it survives the daemon (D2). */
export type DeliveryReceipts = { readonly pasted: MessageId | null; readonly submitted: MessageId | null };

/** `text`: the lines from the top, separated by `\n`, colours and looks as SGR, plain to begin with. A program wrote it: nothing in it may be believed. */
export type ScreenText = { readonly cols: number; readonly text: string };
/** Rows of a screen, numbered from 0, the oldest that the host keeps. */
export type HistoryRange = {
  /** `null`: the newest `rows`. Beyond the end there is nothing. */
  readonly from: number | null;
  readonly rows: number;
  /** A row whose text the caller knows, to see whether the numbers still mean the same rows; `null`: the page's first. */
  readonly anchor: number | null;
};

/**
 * What has scrolled off the screen, in pages. A row keeps its number while rows are added; when the host drops its oldest at the
 * limit, when a program clears them, or when another width breaks lines elsewhere, the numbers change, which `anchor` shows.
 */
export type HistoryPage = {
  /** Rows in the history at this moment. */
  readonly total: number;
  readonly first: number;
  readonly rows: number;
  /**
   * Text with colours (SGR, beginning from plain ones) and no other control but `\n` and hyperlinks. A `\n` ends a line, and there is
   * none where a row goes on in the next: the pages one after the other, and the screen after the last, are the whole text.
   */
  readonly text: string;
  /** The plain text of four rows from the anchor on, joined by `\n`, without blanks at their ends. */
  readonly anchor: string;
  /** The terminal's width. */
  readonly cols: number;
  /**
   * With a page that reaches the end, of the same instant: the visible screen, without a `\n` after its last row. Under a program on the
   * alternate screen the normal one comes first, blank rows at its end left out.
   */
  readonly screen: string | null;
};

export interface RuntimeTerminal {
  /**
   * What is visible of all of these in one look: no history, no stream, no effect on anybody's size. An exited program's last screen
   * counts. Never rejects: what is gone, or cannot be looked at now, is not in the answer. At most `PEEKS_AT_ONCE` handles (core/terminal/peek.ts).
   */
  screens(handles: readonly RuntimeHandle[]): Promise<ReadonlyMap<RuntimeHandle, ScreenText>>;
  /** Screen and up to `historyLines` of scrollback as plain text, trailing blank lines dropped. */
  capture(handle: RuntimeHandle, options: { readonly historyLines: number }): Promise<string>;
  history(handle: RuntimeHandle, range: HistoryRange): Promise<HistoryPage>;
  /** Raw input bytes, as typed. */
  write(handle: RuntimeHandle, data: Uint8Array): Promise<void>;
  resize(handle: RuntimeHandle, size: TerminalSize): Promise<void>;
  /** Pastes text (bracketed if the program asked for it) and notes the receipt, in one step of the host. Only to a living pane not in copy mode. */
  paste(handle: RuntimeHandle, launchId: LaunchId, message: { readonly id: MessageId; readonly text: string }): Promise<void>;
  /** Presses Enter and notes the receipt, in one step of the host. */
  submit(handle: RuntimeHandle, launchId: LaunchId, messageId: MessageId): Promise<void>;
  receipts(handle: RuntimeHandle): Promise<DeliveryReceipts>;
}

export interface RuntimeConnection {
  /** Ends the daemon's own channel to the host. Sessions are not touched. */
  close(): Promise<void>;
}

/** All of it, as an adapter implements it. Only the composition root and the contract suite see this. */
export type Runtime = RuntimeProbe & RuntimeLauncher & RuntimeDestroyer & RuntimeTerminal & RuntimeConnection;
