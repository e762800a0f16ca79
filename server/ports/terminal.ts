/**
 * Live terminals: the stream of a runtime's screen (`RuntimeAttach`), a model of that screen (`ScreenModel`), and viewing as the
 * transports see it (`TerminalService`). Failures are `AppError`s.
 */
import type { RuntimeHandle, SessionId, SessionRef } from '../core/ids.ts';
import type { Size, Visibility } from '../core/terminal/size-arbiter.ts';
import type { TerminalWatchers, ViewerAccess } from '../core/terminal/watchers.ts';
import type { HistoryPage, HistoryRange } from './runtime.ts';

export type AttachmentListener = {
  readonly onData: (data: Uint8Array) => void;
  /** Once: the runtime, its host or the way there has ended. Not after `close()`. */
  readonly onEnd: () => void;
};

/** One live view of a runtime. Ending it, or the daemon, never ends the runtime. */
export interface Attachment {
  /** The runtime's size at the moment of attaching. */
  readonly size: Size;
  /** Its host's own screen, where that draws pictures when asked; else whoever needs them keeps one. */
  readonly screen: ScreenModel | null;
  /**
   * Raw input as a terminal sends it, in order. Resolves when the host has taken it, so that it survives the daemon; rejects with
   * `RUNTIME_UNAVAILABLE` when that cannot be told.
   */
  write(data: Uint8Array): Promise<void>;
  /** To be called after the runtime itself was resized. */
  resize(size: Size): void;
  /** Stops reading for a moment, at most a quarter of a second: the host buffers or conflates meanwhile. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

export interface RuntimeAttach {
  /** The stream begins by drawing the whole screen, and draws it anew whenever something of it was skipped or the size has changed. Rejects with `RUNTIME_NOT_FOUND` or `RUNTIME_UNAVAILABLE`. */
  attach(handle: RuntimeHandle, listener: AttachmentListener): Promise<Attachment>;
}

/** A terminal without a display, fed with the stream that the viewers get; or the one at the other end of that stream. */
export interface ScreenModel {
  /** `parsed` is called when this data, and all before it, is on the screen. */
  write(data: Uint8Array, parsed: () => void): void;
  resize(size: Size): void;
  /**
   * Bytes that bring a terminal of this size to exactly the state after all that was written before it was taken, an unfinished
   * escape sequence included. That is at this call, or only now that `done` is called.
   */
  snapshot(done: (screen: Uint8Array, taken: 'at the call' | 'now') => void): void;
  close(): void;
}

export type OpenScreen = (size: Size) => ScreenModel;

export type TerminalEnd = {
  readonly why: 'exited' | 'gone' | 'closed';
  /** Of an exited program that was not ended by a signal. */
  readonly exitCode: number | null;
};

/** Where a viewer's part of the stream goes. Must not throw and must not wait. */
export type TerminalSink = {
  readonly output: (kind: 'snapshot' | 'data', data: Uint8Array) => void;
  readonly sized: (size: Size) => void;
  readonly watchers: (watchers: TerminalWatchers) => void;
  /** The last call. */
  readonly ended: (end: TerminalEnd) => void;
};

export type ViewerIdentity = {
  /** The same for one tab, or one `ao attach`, over all its connections. */
  readonly key: string;
  readonly name: string;
  readonly place: 'browser' | 'terminal';
};

export type ViewRequest = {
  readonly session: SessionRef;
  /** `null`: nobody, as of a recording. The others are not told of it. */
  readonly who: ViewerIdentity | null;
  readonly size: Size;
  readonly visibility: Visibility;
  readonly access: ViewerAccess;
  /** What it had when its connection was cut, if it was one before. */
  readonly had?: 'the size' | 'nothing';
};

/** One viewer of one session. Everything but `input` is accepted and ignored once the viewing has ended. */
export interface TerminalViewer {
  readonly attachId: string;
  readonly sessionId: SessionId;
  /** The terminal's, which may be another viewer's choice. */
  readonly size: Size;
  /** Lets the output begin, with a snapshot. Apart, so that the viewer can be told its id first. */
  begin(): void;
  /**
   * `seq` counts from 1. Resolves when the runtime's host has the input. Throws `BAD_INPUT` for one out of order, `SESSION_BUSY`
   * where too much is on its way, `SESSION_NOT_LIVE` once ended; then nothing of it was typed and its `seq` is still expected.
   * `FORBIDDEN` to a read-only viewer and `KEYBOARD_KEPT` while another one keeps the keyboard: nothing was typed, and the next
   * `seq` is expected, so that what follows on its way is not out of order.
   */
  input(seq: number, data: Uint8Array): Promise<void>;
  resize(size: Size, visibility: Visibility): void;
  ack(bytes: number): void;
  /** `take`: nobody else may type until it is released, left or taken over. `only-look`: read-only from now on, until `type`. */
  keyboard(word: 'take' | 'release' | 'only-look' | 'type'): void;
  detach(): void;
}

export interface TerminalService {
  /** Throws `SESSION_NOT_FOUND`, `SESSION_NOT_LIVE`, `SESSION_BUSY` while it is being started, `DAEMON_STOPPING`, and what a runtime throws. */
  view(request: ViewRequest, sink: TerminalSink): Promise<TerminalViewer>;
}

export interface TerminalHistories {
  /** Also of an exited program. Throws `SESSION_NOT_FOUND`, `SESSION_NOT_LIVE`, `SESSION_BUSY`, and what a runtime throws. */
  read(session: SessionRef, range: HistoryRange): Promise<HistoryPage>;
}
