/**
 * What goes over the wire between the daemon and a pty host: `u32 length, u8 type, payload`, big-endian, the length counting type
 * and payload. Pure. A host lives for weeks and meets daemons of later versions, so a type that is not known is passed on as it
 * is and ignored by whoever reads it; what is malformed throws `BadFrame`, which ends the connection and nothing else.
 */

export const FRAME = {
  /** The first of a connection: token and the versions that the caller speaks. */
  hello: 1,
  welcome: 2,
  /** Instead of `welcome`, with the reason and the versions that the host speaks. */
  refused: 3,
  /** `u32 id, u32 bytes of JSON, JSON, body`; answered by a `reply` with the same id. */
  request: 4,
  reply: 5,
  /** `u64 offset, u16 cols, u16 rows, bytes`: what draws the screen as it was after that many bytes of output. */
  snapshot: 6,
  /** `u64 offset, bytes`: the output from that offset on. */
  data: 7,
  /** `u32 number`, then as a snapshot: what was asked for by `picture`. Comes in its place between the others, and replaces none of them. */
  picture: 8,
} as const;

/** Both ends speak the versions from `min` to `max`. */
export const PROTOCOL = { min: 1, max: 1 } as const;

/** Nobody has shown a token yet. */
export const MAX_HELLO_BYTES = 4_096;
/** A paste of 16 MB, and the capture of the longest history. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

const HEAD_BYTES = 5;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { fatal: true });

export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

export type Frame = { readonly type: number; readonly payload: Uint8Array };

export function encodeFrame(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  const frame = new Uint8Array(HEAD_BYTES - 1 + length);
  new DataView(frame.buffer).setUint32(0, length);
  frame[4] = type;
  let at = HEAD_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

export type FrameDecoder = {
  /** The frames that are whole by now; throws `BadFrame` at one that may not be. What a frame holds is not copied. */
  readonly push: (chunk: Uint8Array) => readonly Frame[];
  readonly allow: (maxBytes: number) => void;
};

/** Takes room as bytes come, not as a length claims. */
export function createFrameDecoder(maxBytes: number): FrameDecoder {
  let limit = maxBytes;
  let chunks: Uint8Array[] = [];
  let held = 0;
  /** What must be there before there is anything to look at. */
  let wanted = HEAD_BYTES;

  function gather(): Uint8Array {
    const [only] = chunks;
    if (chunks.length === 1 && only !== undefined) return only;
    const whole = new Uint8Array(held);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  return {
    allow(bytes) {
      limit = bytes;
    },
    push(chunk) {
      chunks.push(chunk);
      held += chunk.length;
      if (held < wanted) return [];
      const data = gather();
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      const frames: Frame[] = [];
      let at = 0;
      wanted = HEAD_BYTES;
      while (data.length - at >= HEAD_BYTES) {
        const length = view.getUint32(at);
        if (length < 1 || length > limit) throw new BadFrame(`a frame of ${length} bytes, where 1 to ${limit} are allowed`);
        const end = at + HEAD_BYTES - 1 + length;
        if (end > data.length) {
          wanted = end - at;
          break;
        }
        frames.push({ type: data[at + 4] ?? 0, payload: data.subarray(at + HEAD_BYTES, end) });
        at = end;
      }
      chunks = at === data.length ? [] : [data.subarray(at)];
      held = data.length - at;
      return frames;
    },
  };
}

export function encodeJson(value: unknown): Uint8Array {
  return ENCODER.encode(JSON.stringify(value));
}

export function decodeJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(DECODER.decode(payload)) as unknown;
  } catch (caught) {
    throw new BadFrame('text that is no JSON', { cause: caught });
  }
}

/** Of a request or a reply: which one, what it says, and bytes that belong to it. */
export type Envelope = { readonly id: number; readonly head: unknown; readonly body: Uint8Array };

const NOTHING = new Uint8Array(0);

export function encodeEnvelope(type: number, { id, head, body = NOTHING }: { id: number; head: unknown; body?: Uint8Array }): Uint8Array {
  const json = encodeJson(head);
  const numbers = new Uint8Array(8);
  const view = new DataView(numbers.buffer);
  view.setUint32(0, id);
  view.setUint32(4, json.length);
  return encodeFrame(type, numbers, json, body);
}

export function decodeEnvelope(payload: Uint8Array): Envelope {
  if (payload.length < 8) throw new BadFrame('a request or reply without its numbers');
  const view = viewOf(payload);
  const end = 8 + view.getUint32(4);
  if (end > payload.length) throw new BadFrame('a request or reply that claims more than it has');
  return { id: view.getUint32(0), head: decodeJson(payload.subarray(8, end)), body: payload.subarray(end) };
}

export type Snapshot = { readonly offset: number; readonly cols: number; readonly rows: number; readonly bytes: Uint8Array };

export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  return encodeFrame(FRAME.snapshot, toNumbers(snapshot), snapshot.bytes);
}

function toNumbers({ offset, cols, rows }: Snapshot): Uint8Array {
  const numbers = new Uint8Array(12);
  const view = new DataView(numbers.buffer);
  view.setBigUint64(0, BigInt(offset));
  view.setUint16(8, cols);
  view.setUint16(10, rows);
  return numbers;
}

export function decodeSnapshot(payload: Uint8Array): Snapshot {
  if (payload.length < 12) throw new BadFrame('a snapshot without its numbers');
  const view = viewOf(payload);
  return { offset: readOffset(view), cols: view.getUint16(8), rows: view.getUint16(10), bytes: payload.subarray(12) };
}

export type Picture = Snapshot & { readonly number: number };

export function encodePicture(picture: Picture): Uint8Array {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, picture.number);
  return encodeFrame(FRAME.picture, number, toNumbers(picture), picture.bytes);
}

export function decodePicture(payload: Uint8Array): Picture {
  if (payload.length < 4) throw new BadFrame('a picture without its number');
  return { number: viewOf(payload).getUint32(0), ...decodeSnapshot(payload.subarray(4)) };
}

export type Output = { readonly offset: number; readonly bytes: Uint8Array };

export function encodeOutput({ offset, bytes }: Output): Uint8Array {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(offset));
  return encodeFrame(FRAME.data, number, bytes);
}

export function decodeOutput(payload: Uint8Array): Output {
  if (payload.length < 8) throw new BadFrame('output without its offset');
  return { offset: readOffset(viewOf(payload)), bytes: payload.subarray(8) };
}

const viewOf = (payload: Uint8Array): DataView => new DataView(payload.buffer, payload.byteOffset, payload.byteLength);

function readOffset(view: DataView): number {
  const offset = Number(view.getBigUint64(0));
  if (!Number.isSafeInteger(offset)) throw new BadFrame('an offset beyond every stream');
  return offset;
}
