/**
 * One order for everything that is typed or pasted into one attach. Frames are numbered from 1, at most `maxInputBytes` long,
 * and only so many are on the way at a time: a paste of 16 MB is drawn from its source as the daemon takes it, never held in
 * the socket's buffer, and keys typed meanwhile queue behind it.
 *
 * Nothing is ever sent twice. What was on the way when the line was cut may or may not have been typed; `stop` says how much
 * that is, so that the page can tell the user instead of guessing.
 */
import { MAX_INPUT_BYTES } from './limits.ts';

/** Unanswered bytes after which the next frame waits. Four full frames: enough to fill a slow line, little enough to stop at. */
export const IN_FLIGHT_BYTES = 4 * MAX_INPUT_BYTES;

export type InputFrame = { readonly seq: number; readonly data: Uint8Array };

export type InputRest = {
  /** Sent, but not answered: unknown whether it was typed. */
  readonly unconfirmedBytes: number;
  /** Taken from the user and certainly not sent; what a cut paste had left is not counted, see `pasteCut`. */
  readonly unsentBytes: number;
  readonly pasteCut: boolean;
};

export type InputSequencer = {
  /** Keys, mouse reports: copied into frames at once. */
  readonly push: (data: Uint8Array) => void;
  /** Drawn one at a time as the daemon answers; `done` runs once it has been sent as a whole or called off. */
  readonly pushAll: (frames: Iterator<Uint8Array>, done: () => void) => void;
  /** The daemon's answer to frame `seq`. */
  readonly answered: (seq: number) => void;
  /** Lets go of what is not sent yet; later input goes on with the next number. */
  readonly drop: () => Omit<InputRest, 'unconfirmedBytes'>;
  readonly stop: () => InputRest;
};

type Source =
  | { readonly kind: 'bytes'; parts: Uint8Array[]; bytes: number }
  | { readonly kind: 'frames'; readonly frames: Iterator<Uint8Array>; readonly done: () => void };

function concat(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function* cut(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += MAX_INPUT_BYTES) yield data.subarray(at, at + MAX_INPUT_BYTES);
}

export function createInputSequencer(deps: { readonly send: (frame: InputFrame) => void }): InputSequencer {
  const queue: Source[] = [];
  const inFlight = new Map<number, number>();
  let inFlightBytes = 0;
  let seq = 0;
  let stopped = false;

  const nextFrame = (): Uint8Array | null => {
    for (;;) {
      const source = queue[0];
      if (source === undefined) return null;
      if (source.kind === 'bytes') {
        queue.shift();
        return concat(source.parts, source.bytes);
      }
      const next = source.frames.next();
      if (next.done !== true) return next.value;
      queue.shift();
      source.done();
    }
  };

  const pump = (): void => {
    while (!stopped && inFlightBytes < IN_FLIGHT_BYTES) {
      const data = nextFrame();
      if (data === null) return;
      seq += 1;
      inFlight.set(seq, data.byteLength);
      inFlightBytes += data.byteLength;
      deps.send({ seq, data });
    }
  };

  const enqueue = (data: Uint8Array): void => {
    const last = queue.at(-1);
    if (last?.kind === 'bytes' && last.bytes + data.byteLength <= MAX_INPUT_BYTES) {
      last.parts.push(data);
      last.bytes += data.byteLength;
    } else {
      queue.push({ kind: 'bytes', parts: [data], bytes: data.byteLength });
    }
  };

  const drop = (): Omit<InputRest, 'unconfirmedBytes'> => {
    const unsentBytes = queue.reduce((sum, source) => sum + (source.kind === 'bytes' ? source.bytes : 0), 0);
    const pastes = queue.flatMap((source) => (source.kind === 'frames' ? [source] : []));
    queue.length = 0;
    for (const paste of pastes) paste.done();
    return { unsentBytes, pasteCut: pastes.length > 0 };
  };

  return {
    push(data) {
      if (stopped || data.byteLength === 0) return;
      for (const piece of cut(data)) enqueue(piece);
      pump();
    },
    pushAll(frames, done) {
      if (stopped) return;
      queue.push({ kind: 'frames', frames, done });
      pump();
    },
    answered(answeredSeq) {
      const bytes = inFlight.get(answeredSeq);
      if (bytes === undefined) return;
      inFlight.delete(answeredSeq);
      inFlightBytes -= bytes;
      pump();
    },
    drop,
    stop() {
      stopped = true;
      const rest = { unconfirmedBytes: inFlightBytes, ...drop() };
      inFlight.clear();
      inFlightBytes = 0;
      return rest;
    },
  };
}
