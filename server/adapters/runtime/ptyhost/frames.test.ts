import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BadFrame,
  createFrameDecoder,
  decodeEnvelope,
  decodeJson,
  decodeOutput,
  decodePicture,
  decodeSnapshot,
  encodeEnvelope,
  encodeFrame,
  encodeJson,
  encodeOutput,
  encodePicture,
  encodeSnapshot,
  FRAME,
  type Frame,
} from './frames.ts';

const LIMIT = 4_096;
const bytes = fc.uint8Array({ maxLength: 200 });
const frame = fc.record({ type: fc.integer({ min: 0, max: 255 }), payload: bytes });

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The stream cut at these places. */
function cut(stream: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const at = [0, ...places.map((place) => place % (stream.length + 1)).toSorted((a, b) => a - b), stream.length];
  return at.slice(1).map((end, index) => stream.slice(at[index], end));
}

const plain = ({ type, payload }: Frame) => ({ type, payload: [...payload] });

describe('frames', () => {
  it('T1: come out as they went in, however the stream is split', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, places) => {
        const stream = join(frames.map(({ type, payload }) => encodeFrame(type, payload)));
        const decoder = createFrameDecoder(LIMIT);
        const seen = cut(stream, places).flatMap((chunk) => decoder.push(chunk).map(plain));
        expect(seen).toEqual(frames.map(plain));
      }),
    );
  });

  it('S9: junk never gives a frame over the limit, and throws nothing but BadFrame', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (chunks) => {
        const decoder = createFrameDecoder(16);
        try {
          for (const chunk of chunks) for (const { payload } of decoder.push(chunk)) expect(payload.length).toBeLessThan(16);
        } catch (caught) {
          expect(caught).toBeInstanceOf(BadFrame);
        }
      }),
    );
  });

  it('S9: over the limit or without a type are refused by their first bytes', () => {
    expect(() => createFrameDecoder(10).push(encodeFrame(1, new Uint8Array(10)).subarray(0, 5))).toThrow(BadFrame);
    expect(() => createFrameDecoder(10).push(new Uint8Array(5))).toThrow(BadFrame);
    const decoder = createFrameDecoder(10);
    decoder.allow(11);
    expect(decoder.push(encodeFrame(1, new Uint8Array(10)))).toHaveLength(1);
  });

  it('carry requests, snapshots and output whole', () => {
    const head = fc.record({ op: fc.string(), text: fc.string({ unit: 'grapheme' }) });
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), head, bytes, fc.nat(Number.MAX_SAFE_INTEGER), (id, said, body, offset) => {
        const decoder = createFrameDecoder(LIMIT);
        const read = (data: Uint8Array): Frame => decoder.push(data)[0] as Frame;
        const envelope = decodeEnvelope(read(encodeEnvelope(FRAME.request, { id, head: said, body })).payload);
        expect({ ...envelope, body: [...envelope.body] }).toEqual({ id, head: JSON.parse(JSON.stringify(said)), body: [...body] });
        const snapshot = decodeSnapshot(read(encodeSnapshot({ offset, cols: 80, rows: 1_000, bytes: body })).payload);
        expect({ ...snapshot, bytes: [...snapshot.bytes] }).toEqual({ offset, cols: 80, rows: 1_000, bytes: [...body] });
        const picture = decodePicture(read(encodePicture({ number: id, offset, cols: 80, rows: 24, bytes: body })).payload);
        expect({ ...picture, bytes: [...picture.bytes] }).toEqual({ number: id, offset, cols: 80, rows: 24, bytes: [...body] });
        const output = decodeOutput(read(encodeOutput({ offset, bytes: body })).payload);
        expect({ ...output, bytes: [...output.bytes] }).toEqual({ offset, bytes: [...body] });
      }),
    );
  });

  it('S9: what a frame holds is refused, not guessed, where it is cut short or lies about its lengths', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (payload) => {
        for (const decode of [decodeEnvelope, decodeSnapshot, decodePicture, decodeOutput, decodeJson]) {
          try {
            decode(payload);
          } catch (caught) {
            expect(caught).toBeInstanceOf(BadFrame);
          }
        }
      }),
    );
    const whole = encodeEnvelope(FRAME.reply, { id: 1, head: { a: 1 } }).slice(5);
    expect(() => decodeEnvelope(whole.subarray(0, whole.length - 1))).toThrow(BadFrame);
    expect(() => decodeJson(Uint8Array.from([0x22, 0xc3, 0x22]))).toThrow(BadFrame);
    expect(decodeJson(encodeJson({ é: '世界' }))).toEqual({ é: '世界' });
  });
});
