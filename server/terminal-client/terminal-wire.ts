/**
 * The part of the socket that terminals use, as one small interface: what travels, not how. Terminals get this instead of the
 * socket, so that they can be run in a test against a daemon made of three functions.
 */
import type { Socket } from 'socket.io-client';
import type {
  Answer,
  KeyboardWord,
  ServerToTab,
  TabToServer,
  TerminalAttached,
  TerminalEnded,
  TerminalHistory,
  TerminalOutput,
  TerminalSized,
  WatchersSaid,
} from '../contract/socket.ts';
import type { ViewerAccess } from '../core/terminal/watchers.ts';

/** An attach, or a page of history, that is not answered by then has failed. Milliseconds. */
const ANSWER_LIMIT_MS = 10_000;

export type TerminalWireListener = {
  readonly onLink: (link: 'up' | 'down', why: string) => void;
  readonly onOutput: (output: TerminalOutput) => void;
  readonly onSized: (sized: TerminalSized) => void;
  readonly onWatchers: (watchers: WatchersSaid) => void;
  readonly onEnded: (ended: TerminalEnded) => void;
};

/** What a viewer would like; one that nobody sees never decides. */
export type SizeClaim = { readonly cols: number; readonly rows: number; readonly visible: boolean };

export type HistoryRange = { readonly from: number | null; readonly rows: number; readonly anchor: number | null };

export type TerminalWire = {
  readonly link: () => 'up' | 'down';
  /** Everything that arrives, for all attaches of this tab; answers how to stop listening. */
  readonly listen: (listener: TerminalWireListener) => () => void;
  /** Rejects when no answer comes in time, or when the line is cut first. */
  readonly attach: (
    input: { readonly session: string; readonly access: ViewerAccess; readonly sized: boolean } & SizeClaim,
  ) => Promise<Answer<TerminalAttached>>;
  readonly input: (
    input: { readonly attachId: string; readonly seq: number; readonly data: Uint8Array },
    answer: (result: Answer<{ seq: number }>) => void,
  ) => void;
  readonly resize: (input: { readonly attachId: string } & SizeClaim) => void;
  readonly ack: (input: { readonly attachId: string; readonly bytes: number }) => void;
  readonly keyboard: (input: { readonly attachId: string; readonly word: KeyboardWord }) => void;
  readonly detach: (attachId: string) => void;
};

/** A tab reads back besides. */
export type TabWire = TerminalWire & {
  /** A page of what has scrolled off. Rejects like `attach`. */
  readonly history: (input: { readonly session: string } & HistoryRange) => Promise<Answer<TerminalHistory>>;
};

/** Why socket.io says the line was cut, in words for a person. */
function describeCut(reason: string): string {
  if (reason === 'io server disconnect') return 'The daemon closed the connection';
  if (reason === 'ping timeout') return 'The daemon does not answer';
  return 'The connection to the daemon was cut';
}

/** What arrives over an older transport as an ArrayBuffer is bytes all the same. */
const toBytes = (data: Uint8Array | ArrayBuffer): Uint8Array => (data instanceof Uint8Array ? data : new Uint8Array(data));

export function createTerminalWire(socket: Socket<ServerToTab, TabToServer>): TabWire {
  return {
    link: () => (socket.connected ? 'up' : 'down'),
    listen({ onLink, onOutput, onSized, onWatchers, onEnded }) {
      const onConnect = (): void => onLink('up', '');
      const onDisconnect = (reason: string): void => onLink('down', describeCut(reason));
      const onBytes = (output: TerminalOutput): void => onOutput({ ...output, data: toBytes(output.data) });
      socket.on('connect', onConnect);
      socket.on('disconnect', onDisconnect);
      socket.on('terminal.output', onBytes);
      socket.on('terminal.sized', onSized);
      socket.on('terminal.watchers', onWatchers);
      socket.on('terminal.ended', onEnded);
      return () => {
        socket.off('connect', onConnect);
        socket.off('disconnect', onDisconnect);
        socket.off('terminal.output', onBytes);
        socket.off('terminal.sized', onSized);
        socket.off('terminal.watchers', onWatchers);
        socket.off('terminal.ended', onEnded);
      };
    },
    attach: (input) => socket.timeout(ANSWER_LIMIT_MS).emitWithAck('terminal.attach', input),
    // Never through socket.io's own buffer: what was typed before a reconnect must not be typed after it.
    input: (input, answer) => {
      if (socket.connected) socket.emit('terminal.input', input, answer);
    },
    resize: (input) => {
      if (socket.connected) socket.emit('terminal.resize', input);
    },
    ack: (input) => {
      if (socket.connected) socket.emit('terminal.ack', input);
    },
    keyboard: (input) => {
      if (socket.connected) socket.emit('terminal.keyboard', input);
    },
    detach: (attachId) => {
      if (socket.connected) socket.emit('terminal.detach', { attachId });
    },
    // Without a connection it fails at once: what is asked before a reconnect is not wanted after it.
    history: (input) =>
      socket.connected
        ? socket.timeout(ANSWER_LIMIT_MS).emitWithAck('terminal.history', input)
        : Promise.reject(new Error('not connected')),
  };
}
