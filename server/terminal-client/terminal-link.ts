/**
 * One terminal's connection to its session: runs the state machine of `attach-state.ts` against the wire and keeps screen,
 * input and acknowledgements of one attach together. It must not know xterm or the DOM.
 *
 * What belongs to one attach dies with it: late answers are detached, output of an older attach is dropped, and input that
 * was not confirmed is reported and never sent again.
 */
import type { KeyboardWord, TerminalOutput, TerminalSized } from '../contract/socket.ts';
import type { TerminalWatchers, ViewerAccess } from '../core/terminal/watchers.ts';
import { type AckCounter, createAckCounter } from './ack-counter.ts';
import { type AttachEvent, type AttachState, nextAttach, startAttach } from './attach-state.ts';
import { createInputSequencer, type InputRest, type InputSequencer } from './input-sequencer.ts';
import type { SizeClaim, TerminalWire } from './terminal-wire.ts';

export type LinkScreen = {
  /** What the page has room for, and whether anybody sees it. */
  readonly room: () => SizeClaim;
  /** In order with what was written before. */
  readonly resize: (cols: number, rows: number) => void;
  /** Starts from nothing, in order with what was written before; `replay` output rings no bell. */
  readonly replay: (data: Uint8Array, done: () => void) => void;
  readonly write: (data: Uint8Array, done: () => void) => void;
};

export type LinkClock = { readonly nowMs: () => number; readonly after: (ms: number, run: () => void) => () => void };

export type TerminalLink = {
  readonly state: () => AttachState;
  /** Attaches, once: what comes after that it decides by itself. Called when the screen can be measured. */
  readonly open: () => void;
  /** `locked`: not attached, or not to type; nothing was queued. */
  readonly type: (data: Uint8Array) => 'sent' | 'locked';
  readonly paste: (frames: Iterator<Uint8Array>, done: () => void) => 'sent' | 'locked';
  /**
   * Tells the daemon what the page has room for, and whether it is seen; the terminal itself changes when the daemon says so.
   * `changed`: only if it did change. `asked`: the user wants this size, whoever else looks.
   */
  readonly claimSize: (why: 'changed' | 'asked') => void;
  /** Only while attached. What it led to comes with the next word about the watchers. */
  readonly keyboard: (word: KeyboardWord) => void;
  readonly retryNow: () => void;
  readonly relaunched: () => void;
  readonly close: () => void;
};

/** Output that came before the answer which names its attach. More than this and the attach is given up. */
const EARLY_LIMIT = 64;

/** Nothing of it was typed, and the attach goes on. */
const REFUSED: ReadonlySet<string> = new Set(['KEYBOARD_KEPT', 'FORBIDDEN']);

type Attach = { readonly id: string; readonly input: InputSequencer; readonly acks: AckCounter; sent: SizeClaim };

const isSameClaim = (left: SizeClaim, right: SizeClaim): boolean =>
  left.cols === right.cols && left.rows === right.rows && left.visible === right.visible;

export function createTerminalLink(deps: {
  readonly sessionId: string;
  readonly access: ViewerAccess;
  readonly wire: TerminalWire;
  readonly screen: LinkScreen;
  readonly clock: LinkClock;
  readonly onState: (state: AttachState) => void;
  /** Who else looks, and who may type; `null` while not attached. */
  readonly onWatchers: (watchers: TerminalWatchers | null) => void;
  /** What was on its way was refused: another one keeps the keyboard, or this viewer only looks. */
  readonly onInputRefused: () => void;
  /** The line was cut while input was on its way. */
  readonly onInputCut: (rest: InputRest) => void;
}): TerminalLink {
  const { sessionId, wire, screen, clock } = deps;
  let access = deps.access;
  let watchers: TerminalWatchers | null = null;
  /** Whether this one sizes, or did when the line was cut. */
  let hadSize = false;
  let state = startAttach(wire.link());
  let attach: Attach | null = null;
  let early: TerminalOutput[] = [];
  let callOffRetry: (() => void) | null = null;
  let attempts = 0;
  let opened = false;
  let closed = false;

  const tellWatchers = (next: TerminalWatchers | null): void => {
    watchers = next;
    if (next !== null) hadSize = next.people.some((person) => person.self && person.sizes);
    deps.onWatchers(next);
  };

  const mayType = (): boolean => attach !== null && access === 'full' && watchers?.keyboard.kind !== 'kept';

  const endAttach = (): void => {
    const ended = attach;
    attach = null;
    if (ended === null) return;
    tellWatchers(null);
    ended.acks.stop();
    const rest = ended.input.stop();
    // Where the daemon still has it, as after refused input, it would go on sending to nobody.
    if (state.link === 'up' && state.phase.kind === 'reconnecting') wire.detach(ended.id);
    // The program is gone: what it did not read any more is not worth a warning.
    if (state.phase.kind === 'exited') return;
    if (rest.unconfirmedBytes > 0 || rest.unsentBytes > 0 || rest.pasteCut) deps.onInputCut(rest);
  };

  const happen = (event: AttachEvent): void => {
    if (closed) return;
    const before = state;
    state = nextAttach(before, event, clock.nowMs());
    if (state === before) return;
    const { phase } = state;
    if (phase.kind !== 'attached') endAttach();
    if (phase !== before.phase) {
      callOffRetry?.();
      callOffRetry = null;
      if (phase.kind === 'connecting' && opened) void sendAttach();
      if (phase.kind === 'reconnecting' && phase.retryAtMs !== null) {
        const { retryAtMs } = phase;
        callOffRetry = clock.after(Math.max(0, retryAtMs - clock.nowMs()), () => happen({ kind: 'retry-due', retryAtMs }));
      }
    }
    deps.onState(state);
  };

  const show = (output: TerminalOutput, on: Attach): void => {
    const bytes = output.data.byteLength;
    const done = (): void => on.acks.worked(bytes);
    if (output.kind === 'snapshot') screen.replay(output.data, done);
    else screen.write(output.data, done);
  };

  const startInput = (attachId: string): InputSequencer => {
    const input: InputSequencer = createInputSequencer({
      send: (frame) =>
        wire.input({ attachId, ...frame }, (result) => {
          if (result.ok) return input.answered(result.value.seq);
          if (!REFUSED.has(result.error.code)) {
            if (attach?.id === attachId) happen({ kind: 'failed', why: result.error.message });
            return;
          }
          // What is still to come of a paste must not begin in the middle once typing is allowed again.
          input.drop();
          input.answered(frame.seq);
          if (attach?.id === attachId) deps.onInputRefused();
        }),
    });
    return input;
  };

  async function sendAttach(): Promise<void> {
    attempts += 1;
    const attempt = attempts;
    early = [];
    const size = screen.room();
    const isCurrent = (): boolean => !closed && attempt === attempts && state.phase.kind === 'connecting';
    try {
      const answer = await wire.attach({ session: sessionId, access, sized: hadSize, ...size });
      if (!isCurrent()) {
        if (answer.ok) wire.detach(answer.value.attachId);
        return;
      }
      if (!answer.ok) {
        happen({ kind: 'refused', error: answer.error });
        return;
      }
      const { attachId, cols, rows } = answer.value;
      const acks = createAckCounter({ send: (bytes) => wire.ack({ attachId, bytes }), after: clock.after });
      const current: Attach = { id: attachId, input: startInput(attachId), acks, sent: size };
      attach = current;
      screen.resize(cols, rows);
      happen({ kind: 'attached', attachId });
      for (const output of early.splice(0)) if (output.attachId === attachId) show(output, current);
      link.claimSize('changed');
    } catch {
      if (isCurrent()) happen({ kind: 'failed', why: 'The daemon did not answer' });
    }
  }

  const onOutput = (output: TerminalOutput): void => {
    if (attach?.id === output.attachId) show(output, attach);
    else if (state.phase.kind === 'connecting' && early.length < EARLY_LIMIT) early.push(output);
  };

  const onSized = (sized: TerminalSized): void => {
    if (attach?.id === sized.attachId) screen.resize(sized.cols, sized.rows);
  };

  const stopListening = wire.listen({
    onOutput,
    onSized,
    onWatchers: ({ attachId, ...next }) => {
      if (attach?.id === attachId) tellWatchers(next);
    },
    onLink: (up, why) => happen(up === 'up' ? { kind: 'link-up' } : { kind: 'link-down', why }),
    onEnded: ({ attachId, why, exitCode }) => {
      if (attach?.id === attachId) happen({ kind: 'ended', why, exitCode });
    },
  });

  const link: TerminalLink = {
    state: () => state,
    open() {
      if (opened) return;
      opened = true;
      if (state.phase.kind === 'connecting') void sendAttach();
    },
    type(data) {
      if (attach === null || !mayType()) return 'locked';
      attach.input.push(data);
      return 'sent';
    },
    paste(frames, done) {
      if (attach === null || !mayType()) return 'locked';
      attach.input.pushAll(frames, done);
      return 'sent';
    },
    claimSize(why) {
      if (attach === null) return;
      const room = screen.room();
      if (why === 'changed' && isSameClaim(room, attach.sent)) return;
      attach.sent = room;
      wire.resize({ attachId: attach.id, ...room });
    },
    keyboard(word) {
      if (attach === null) return;
      if (word === 'only-look' || word === 'type') access = word === 'type' ? 'full' : 'read-only';
      wire.keyboard({ attachId: attach.id, word });
    },
    retryNow: () => happen({ kind: 'retry-now' }),
    relaunched: () => happen({ kind: 'relaunched' }),
    close() {
      closed = true;
      callOffRetry?.();
      stopListening();
      if (attach === null) return;
      wire.detach(attach.id);
      attach.acks.stop();
      attach.input.stop();
      attach = null;
    },
  };

  return link;
}
