/**
 * One connection to a host: says hello, then asks. Whatever is malformed, or shows no token, ends the connection; the host and its
 * session do not notice.
 */
import type { Socket } from 'node:net';
import {
  BadFrame,
  createFrameDecoder,
  decodeEnvelope,
  decodeJson,
  type Envelope,
  encodeEnvelope,
  encodeFrame,
  encodeJson,
  FRAME,
  type Frame,
  MAX_FRAME_BYTES,
  MAX_HELLO_BYTES,
  PROTOCOL,
} from '../adapters/runtime/ptyhost/frames.ts';
import { type HostReply, type HostRequest, negotiate, parseHello, parseRequest } from '../adapters/runtime/ptyhost/messages.ts';
import type { Wire } from './follower.ts';
import type { HostSession } from './session.ts';

export type CallerDeps = {
  readonly token: string;
  readonly session: HostSession;
  /** What only the host can do. */
  readonly restart: (request: Extract<HostRequest, { op: 'restart' }>) => Promise<HostReply>;
  /** The reply is sent before the host ends. */
  readonly destroy: (
    request: Extract<HostRequest, { op: 'destroy' }>,
  ) => Promise<{ readonly reply: HostReply; readonly after: () => void }>;
};

type Answer = { readonly reply: HostReply; readonly body?: Uint8Array; readonly after?: () => void };

/** A caller is a program of ours and says it at once. */
const HELLO_LIMIT_MS = 5_000;
const ok = (facts: unknown = null): Answer => ({ reply: { ok: true, facts } });
const no = (refusal: Extract<HostReply, { ok: false }>['refusal'], why: string): Answer => ({ reply: { ok: false, refusal, why } });

export function serveCaller(socket: Socket, deps: CallerDeps): void {
  const { session } = deps;
  const decoder = createFrameDecoder(MAX_HELLO_BYTES);
  let greeted = false;
  let following: ReturnType<HostSession['follow']> | null = null;
  const limit = setTimeout(() => socket.destroy(), HELLO_LIMIT_MS);
  const wire: Wire = { send: (frame) => void socket.write(frame), waiting: () => socket.writableLength };

  function greet({ type, payload }: Frame): void {
    const hello = type === FRAME.hello ? parseHello(decodeJson(payload)) : null;
    if (hello === null) throw new BadFrame('no hello');
    if (!isSame(hello.token, deps.token)) throw new BadFrame('another token');
    const version = negotiate(PROTOCOL, hello);
    if (version === null) {
      socket.end(encodeFrame(FRAME.refused, encodeJson({ ...PROTOCOL, why: 'no version in common' })));
      return;
    }
    clearTimeout(limit);
    greeted = true;
    decoder.allow(MAX_FRAME_BYTES);
    socket.write(encodeFrame(FRAME.welcome, encodeJson({ version })));
  }

  async function answer({ id, head, body }: Envelope): Promise<void> {
    const request = parseRequest(head);
    let answered: Answer;
    try {
      answered = request === null ? no('not-understood', 'this host does not know that request') : await perform(request, body);
    } catch (caught) {
      answered = no('failed', caught instanceof Error ? caught.message : String(caught));
    }
    const { reply, body: said, after } = answered;
    const frame = encodeEnvelope(FRAME.reply, { id, head: reply, ...(said === undefined ? {} : { body: said }) });
    if (after === undefined) socket.write(frame);
    else socket.write(frame, after);
  }

  async function perform(request: HostRequest, body: Uint8Array): Promise<Answer> {
    switch (request.op) {
      case 'status':
        return ok(session.status());
      case 'attach':
        following ??= session.follow(wire);
        return ok(session.status());
      case 'redraw':
        following?.follower.redraw();
        return ok();
      case 'picture':
        following?.follower.show(request.number);
        return ok();
      case 'capture':
        return { ...ok(), body: Buffer.from(session.capture(request.historyLines), 'utf8') };
      case 'screen':
        return ok(session.visible());
      case 'history':
        return ok(session.history(request));
      case 'write':
        return toAnswer(session.write(body));
      case 'resize':
        session.resize({ cols: request.cols, rows: request.rows });
        return ok();
      case 'paste':
        return toAnswer(session.paste(request.launchId, request.messageId, body));
      case 'submit':
        return toAnswer(session.submit(request.launchId, request.messageId));
      case 'restart':
        return { reply: await deps.restart(request) };
      case 'destroy':
        return await deps.destroy(request);
    }
  }

  socket.on('data', (chunk) => {
    try {
      for (const frame of decoder.push(chunk)) {
        if (!greeted) greet(frame);
        // What a later version may send beside requests is not for us.
        else if (frame.type === FRAME.request) void answer(decodeEnvelope(frame.payload));
      }
    } catch {
      socket.destroy();
    }
  });
  socket.on('drain', () => following?.follower.drained());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clearTimeout(limit);
    following?.leave();
  });
}

function toAnswer(done: ReturnType<HostSession['write']>): Answer {
  return done.state === 'done' ? ok() : no(done.refusal, done.why);
}

/** In the same time wherever they differ. By hand: `node:crypto` would cost every host 0.7 MB. */
function isSame(given: string, wanted: string): boolean {
  if (given.length !== wanted.length) return false;
  let difference = 0;
  for (let at = 0; at < wanted.length; at += 1) difference |= given.charCodeAt(at) ^ wanted.charCodeAt(at);
  return difference === 0;
}
