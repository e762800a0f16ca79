/**
 * asciicast v2, as it is written and read: one JSON value a line, a header first, then `[seconds, "o" | "r", data]`. Pure. A line
 * that is no event, like the torn last one of a daemon that was killed, reads as `null` and is left out.
 */
import type { Size } from '../terminal/size-arbiter.ts';

export type CastHeader = { readonly size: Size; readonly startedAtMs: number };
/** `atMs` counts from the start of the recording. `data` of a resize is `<cols>x<rows>`. */
export type CastEvent = { readonly atMs: number; readonly kind: 'output' | 'resize'; readonly data: string };

/** Longer output is several events, so that whoever reads in pages finds the end of a line in each. In UTF-16 units. */
export const MAX_EVENT_LENGTH = 8_192;

const KINDS = { output: 'o', resize: 'r' } as const;

export function toCastHeader({ size, startedAtMs }: CastHeader): string {
  const { cols: width, rows: height } = size;
  return `${JSON.stringify({ version: 2, width, height, timestamp: Math.floor(startedAtMs / 1_000), env: { TERM: 'xterm-256color' } })}\n`;
}

export function toCastLines({ atMs, kind, data }: CastEvent): string {
  const seconds = Math.round(Math.max(0, atMs)) / 1_000;
  let lines = '';
  for (let from = 0; from < data.length; ) {
    const until = endOfPiece(data, from);
    lines += `${JSON.stringify([seconds, KINDS[kind], data.slice(from, until)])}\n`;
    from = until;
  }
  return lines;
}

/** Never between the halves of one character. */
function endOfPiece(data: string, from: number): number {
  const until = Math.min(from + MAX_EVENT_LENGTH, data.length);
  const isHalf = until < data.length && /[\uD800-\uDBFF]/.test(data.charAt(until - 1));
  return isHalf ? until - 1 : until;
}

export function parseCastHeader(line: string): Size | null {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 2) return null;
  if (!('width' in value) || !('height' in value)) return null;
  return toSize(value.width, value.height);
}

export function parseCastEvent(line: string): CastEvent | null {
  const value = parseJson(line);
  if (!Array.isArray(value)) return null;
  const [seconds, code, data]: readonly unknown[] = value;
  if (typeof seconds !== 'number' || !(seconds >= 0) || typeof data !== 'string') return null;
  const atMs = Math.round(seconds * 1_000);
  if (code === KINDS.output) return { atMs, kind: 'output', data };
  return code === KINDS.resize && parseSize(data) !== null ? { atMs, kind: 'resize', data } : null;
}

export const describeSize = ({ cols, rows }: Size): string => `${cols}x${rows}`;

export function parseSize(text: string): Size | null {
  const match = /^([0-9]{1,4})x([0-9]{1,4})$/.exec(text);
  return match === null ? null : toSize(Number(match[1]), Number(match[2]));
}

/** What a terminal can be made to be; anything else comes from no recording of ours. */
function toSize(cols: unknown, rows: unknown): Size | null {
  const isFine = (length: unknown): length is number => Number.isInteger(length) && Number(length) >= 1 && Number(length) <= 1_000;
  return isFine(cols) && isFine(rows) ? { cols, rows } : null;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
