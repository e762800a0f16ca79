/**
 * One session that somebody looks at: its attachment, the model of its screen, its viewers. Opened with the first viewer and
 * closed by the hub. Ends by itself when its program exits, when the runtime is gone, or when the daemon closes; each viewer is
 * told why, once. Never ends the session.
 */
import { AppError, toAppError } from '../../core/errors.ts';
import type { LaunchId, RuntimeHandle, SessionId } from '../../core/ids.ts';
import { dropQueryReplies, type InputState } from '../../core/terminal/query-replies.ts';
import { type Size, sameSize, type Visibility } from '../../core/terminal/size-arbiter.ts';
import type { ViewerAccess } from '../../core/terminal/watchers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { RuntimeTerminal } from '../../ports/runtime.ts';
import type {
  Attachment,
  OpenScreen,
  RuntimeAttach,
  TerminalEnd,
  TerminalSink,
  TerminalViewer,
  ViewerIdentity,
} from '../../ports/terminal.ts';
import { createFanOut, type FanOutLimits } from './fan-out.ts';
import { createSizing } from './sizing.ts';
import { createWatchers } from './watchers.ts';

export type ViewSource = { readonly sessionId: SessionId; readonly launchId: LaunchId; readonly handle: RuntimeHandle };

export type ViewDeps = {
  readonly runtime: RuntimeAttach & Pick<RuntimeTerminal, 'resize'>;
  readonly openScreen: OpenScreen;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: FanOutLimits;
};

export type ViewEvents = {
  /** The last viewer has left. */
  readonly onEmpty: () => void;
  /** The runtime's stream ended by itself; the view is over. */
  readonly onGone: () => void;
};

export type View = {
  readonly state: () => 'open' | 'over';
  readonly join: (viewer: {
    readonly attachId: string;
    readonly who: ViewerIdentity | null;
    readonly size: Size;
    readonly visibility: Visibility;
    readonly access: ViewerAccess;
    readonly sink: TerminalSink;
  }) => TerminalViewer;
  /** The program has exited: the last picture to everybody, then the end. Viewers that come later get the same. */
  readonly exited: (exitCode: number | null) => void;
  /** Tells the viewers, closes the attachment. */
  readonly close: (why: Exclude<TerminalEnd['why'], 'exited'>) => Promise<void>;
};

/** Input of one viewer that the runtime's host has not taken yet. */
const MAX_PENDING_INPUT_BYTES = 1_048_576;
/** After an exit tmux draws what is left; when nothing has come for this long, that was it. */
const SETTLE_MS = 50;
const SETTLE_TURNS = 10;

/** `told`: the size that it was let in with. */
type Seat = { readonly sink: TerminalSink; readonly told: Size; state: 'waiting' | 'watching' };

/** `size` is what the first viewer wants; `null` from a hidden one, which takes the terminal as it is. */
export async function openView(deps: ViewDeps, source: ViewSource, options: ViewEvents & { readonly size: Size | null }): Promise<View> {
  const { runtime, clock, limits } = deps;
  const log = deps.log.child({ sessionId: source.sessionId });
  const seats = new Map<string, Seat>();
  let pushed = 0;
  let state: 'open' | 'over' = 'open';
  let exit: { readonly code: number | null; settled: 'no' | 'yes' } | null = null;

  if (options.size !== null) await runtime.resize(source.handle, options.size);
  // The picture may begin, and end, before its size is known here.
  const early: Uint8Array[] = [];
  let receive = (data: Uint8Array): void => void early.push(data);
  let gone = (): void => {
    state = 'over';
  };
  const attachment: Attachment = await runtime.attach(source.handle, { onData: (data) => receive(data), onEnd: () => gone() });
  const screen = deps.openScreen(attachment.size);
  const fan = createFanOut({ screen, clock, limits, pause: attachment.pause, resume: attachment.resume });
  const sizing = createSizing({
    size: attachment.size,
    async apply(size) {
      await runtime.resize(source.handle, size);
      if (isOver()) return;
      attachment.resize(size);
      fan.flush();
      screen.resize(size);
    },
    tell(id, size) {
      const seat = seats.get(id);
      if (seat?.state !== 'watching') return;
      seat.sink.sized(size);
    },
    refused: (caught) => log.warn({ error: toAppError(caught).message }, 'the terminal could not be resized'),
  });
  const watchers = createWatchers({ clock, sizer: sizing.holder, tell: (id, all) => seats.get(id)?.sink.watchers(all) });
  receive = (data) => {
    pushed += data.length;
    fan.push(data);
  };
  gone = () => {
    end('gone');
    options.onGone();
  };
  for (const data of early) receive(data);

  function isOver(): boolean {
    return state === 'over';
  }

  function leave(id: string): void {
    if (!seats.delete(id)) return;
    fan.remove(id);
    sizing.leave(id);
    watchers.leave(id);
    if (seats.size === 0 && !isOver()) options.onEmpty();
  }

  function dismiss(id: string, end: TerminalEnd): void {
    const seat = seats.get(id);
    leave(id);
    seat?.sink.ended(end);
  }

  function end(why: Exclude<TerminalEnd['why'], 'exited'>): void {
    if (isOver()) return;
    fan.flush();
    state = 'over';
    for (const id of seats.keys()) dismiss(id, { why, exitCode: null });
    watchers.close();
    fan.close();
    screen.close();
  }

  function settle(turn: number, seen: number): void {
    clock.after(SETTLE_MS, () => {
      if (isOver() || exit === null) return;
      if (pushed !== seen && turn < SETTLE_TURNS) return settle(turn + 1, pushed);
      exit.settled = 'yes';
      farewell();
    });
  }

  /** To those that watch; one that has not begun yet is told when it does. */
  function farewell(): void {
    if (exit === null || exit.settled === 'no') return;
    const { code } = exit;
    fan.finish(() => {
      for (const [id, seat] of seats) if (seat.state === 'watching') dismiss(id, { why: 'exited', exitCode: code });
    });
  }

  return {
    state: () => state,
    join({ attachId: id, who, sink, ...joined }) {
      const told = sizing.size();
      let { size: wants, visibility, access } = joined;
      // Whoever may not type sizes as little as one that nobody sees.
      const sizingAs = (): Visibility => (access === 'full' ? visibility : 'hidden');
      seats.set(id, { sink, state: 'waiting', told });
      sizing.join(id, { wants, visibility: sizingAs() });
      let expected = 1;
      let pending = 0;
      let input: InputState = 'keys';

      return {
        attachId: id,
        sessionId: source.sessionId,
        size: told,
        begin() {
          const seat = seats.get(id);
          if (seat === undefined || seat.state === 'watching') return;
          seat.state = 'watching';
          if (who !== null) watchers.join(id, { who, visibility, access });
          if (!sameSize(seat.told, sizing.size())) sink.sized(sizing.size());
          fan.add(id, sink.output);
          farewell();
        },
        async input(seq, data) {
          if (!seats.has(id)) throw notViewed(source.sessionId);
          if (seq !== expected) throw outOfOrder(seq, expected);
          if (pending + data.length > MAX_PENDING_INPUT_BYTES) throw tooMuch(source.sessionId, pending);
          expected += 1;
          if (access === 'read-only') throw readOnly(source.sessionId);
          if (!watchers.mayType(id)) throw keyboardKept(source.sessionId, watchers.keeper());
          const sizer = sizing.holder();
          sizing.input(id);
          if (sizing.holder() !== sizer) watchers.changed();
          const typed = dropQueryReplies(data, input);
          input = typed.state;
          if (typed.data.length === 0) return;
          fan.hurry();
          pending += data.length;
          try {
            await attachment.write(typed.data);
          } finally {
            pending -= data.length;
          }
        },
        resize(size, seen) {
          [wants, visibility] = [size, seen];
          sizing.claim(id, { wants, visibility: sizingAs() });
          watchers.change(id, { visibility });
        },
        ack: (bytes) => fan.ack(id, bytes),
        keyboard(word) {
          if (word === 'take' || word === 'release') return watchers.keyboard(id, word);
          access = word === 'type' ? 'full' : 'read-only';
          sizing.claim(id, { wants, visibility: sizingAs() });
          watchers.change(id, { access });
        },
        detach: () => leave(id),
      };
    },
    exited(code) {
      if (exit !== null || isOver()) return;
      exit = { code, settled: 'no' };
      settle(0, pushed);
    },
    async close(why) {
      end(why);
      await attachment.close();
    },
  };
}

function notViewed(sessionId: SessionId): AppError {
  return new AppError({
    code: 'SESSION_NOT_LIVE',
    message: `Nothing was typed: the view of ${sessionId} has ended.`,
    hint: 'Attach to its terminal again.',
  });
}

function readOnly(sessionId: SessionId): AppError {
  return new AppError({
    code: 'FORBIDDEN',
    message: `Nothing was typed: this viewer of ${sessionId} is read-only.`,
    hint: 'Attach again without read-only to type.',
  });
}

function keyboardKept(sessionId: SessionId, keeper: string): AppError {
  return new AppError({
    code: 'KEYBOARD_KEPT',
    message: `Nothing was typed: ${keeper} keeps the keyboard of ${sessionId}.`,
    hint: 'Take it over, or wait until it is given back.',
  });
}

function outOfOrder(seq: number, expected: number): AppError {
  return new AppError({
    code: 'BAD_INPUT',
    message: `Nothing was typed: input ${seq} came while ${expected} was expected.`,
    hint: `Send the input from ${expected} on, in order.`,
  });
}

function tooMuch(sessionId: SessionId, pending: number): AppError {
  return new AppError({
    code: 'SESSION_BUSY',
    message: `Nothing was typed: ${pending} bytes are still on their way to ${sessionId}.`,
    hint: 'Send it again when earlier input is acknowledged.',
  });
}
