/**
 * One connection to a pty host: hello, then questions and answers, and what the host sends by itself on an attached one. Every
 * question has a time limit. A host that talks nonsense is left, not believed.
 */
import { createConnection } from 'node:net';
import type { Clock } from '../../../ports/clock.ts';
import { MAX_SOCKET_PATH_BYTES } from '../socket-path.ts';
import { describeError } from './failures.ts';
import {
  createFrameDecoder,
  decodeEnvelope,
  decodeJson,
  decodeOutput,
  decodePicture,
  decodeSnapshot,
  encodeEnvelope,
  encodeFrame,
  encodeJson,
  FRAME,
  type Frame,
  MAX_FRAME_BYTES,
  type Output,
  type Picture,
  PROTOCOL,
  type Snapshot,
} from './frames.ts';
import { type HostReply, type HostRequest, parseReply, parseVersions, type Versions } from './messages.ts';
import { isNamedPipe } from './windows.ts';

export type LinkReply =
  | { readonly state: 'ok'; readonly facts: unknown; readonly body: Uint8Array }
  | (Extract<HostReply, { ok: false }> & { readonly state: 'refused' });

export type Link = {
  /** Rejects where no answer came: within the limit, or at all. */
  readonly ask: (request: HostRequest, options: { readonly limitMs: number; readonly body?: Uint8Array }) => Promise<LinkReply>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly state: () => 'open' | 'closed';
  readonly close: () => void;
};

export type LinkEvents = {
  readonly onSnapshot?: (snapshot: Snapshot) => void;
  readonly onOutput?: (output: Output) => void;
  readonly onPicture?: (picture: Picture) => void;
  /** Once, whoever ended it; not of one that was never open. */
  readonly onClose?: () => void;
};

export type LinkTarget = { readonly socket: string; readonly token: string };

export type LinkOptions = LinkEvents & {
  readonly limitMs: number;
  readonly clock: Clock;
  /** What this end speaks. */
  readonly versions?: Versions;
};

/** Nobody listens there: the socket is gone, or nothing is behind it. */
export class NobodyListens extends Error {
  override readonly name = 'NobodyListens';
}

type Waiting = { readonly settle: (reply: LinkReply) => void; readonly fail: (error: Error) => void; readonly cancel: () => void };

export function openLink({ socket: path, token }: LinkTarget, options: LinkOptions): Promise<Link> {
  const { clock, versions = PROTOCOL } = options;
  // Node would connect to a truncated path, that is, to somebody else.
  if (!isNamedPipe(path) && Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES)
    return Promise.reject(new Error(`the socket path ${path} is too long`));

  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const decoder = createFrameDecoder(MAX_FRAME_BYTES);
    const waiting = new Map<number, Waiting>();
    let nextId = 1;
    let state: 'connecting' | 'open' | 'closed' = 'connecting';
    let why = 'the connection ended';

    const cancelLimit = clock.after(options.limitMs, () => leave(`no hello within ${options.limitMs} ms`));

    function leave(reason: string): void {
      why = reason;
      socket.destroy();
    }

    function take({ type, payload }: Frame): void {
      if (state === 'connecting') return greet({ type, payload });
      if (type === FRAME.snapshot) return options.onSnapshot?.(decodeSnapshot(payload));
      if (type === FRAME.data) return options.onOutput?.(decodeOutput(payload));
      if (type === FRAME.picture) return options.onPicture?.(decodePicture(payload));
      // What a later host may say besides is not for us.
      if (type !== FRAME.reply) return;
      const { id, head, body } = decodeEnvelope(payload);
      const asked = waiting.get(id);
      if (asked === undefined) return;
      waiting.delete(id);
      asked.cancel();
      const reply = parseReply(head);
      if (reply === null) asked.fail(new Error('its answer is none'));
      else asked.settle(reply.ok ? { state: 'ok', facts: reply.facts, body } : { state: 'refused', ...reply });
    }

    function greet({ type, payload }: Frame): void {
      const said = decodeJson(payload);
      if (type === FRAME.refused) {
        const theirs = parseVersions(said);
        return leave(
          `it speaks the versions ${theirs?.min ?? '?'} to ${theirs?.max ?? '?'}, this daemon ${versions.min} to ${versions.max}`,
        );
      }
      if (type !== FRAME.welcome) return leave('it is no pty host of ours');
      cancelLimit();
      state = 'open';
      resolve({
        ask,
        pause: () => void socket.pause(),
        resume: () => void socket.resume(),
        state: () => (state === 'open' ? 'open' : 'closed'),
        close: () => leave('it was closed here'),
      });
    }

    function ask(request: HostRequest, { limitMs, body }: { readonly limitMs: number; readonly body?: Uint8Array }): Promise<LinkReply> {
      return new Promise((settle, fail) => {
        if (state !== 'open') return fail(new Error(why));
        const id = nextId;
        nextId = nextId === 0xffff_ffff ? 1 : nextId + 1;
        const cancel = clock.after(limitMs, () => {
          waiting.delete(id);
          fail(new Error(`no answer within ${limitMs} ms`));
        });
        waiting.set(id, { settle, fail, cancel });
        socket.write(encodeEnvelope(FRAME.request, { id, head: request, ...(body === undefined ? {} : { body }) }));
      });
    }

    socket.on('connect', () => socket.write(encodeFrame(FRAME.hello, encodeJson({ token, ...versions }))));
    socket.on('data', (chunk) => {
      try {
        for (const frame of decoder.push(chunk)) take(frame);
      } catch (caught) {
        leave(`it does not speak as agreed: ${describeError(caught)}`);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      why = `its socket cannot be used (${error.code ?? error.message})`;
      if (state === 'connecting' && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')) reject(new NobodyListens(why));
    });
    socket.on('close', () => {
      cancelLimit();
      const wasOpen = state === 'open';
      state = 'closed';
      reject(new Error(why));
      for (const asked of waiting.values()) {
        asked.cancel();
        asked.fail(new Error(why));
      }
      waiting.clear();
      if (wasOpen) options.onClose?.();
    });
  });
}
