/** Reads a recording, for whoever plays it. Without zod, which a page need not load for it. */
import { type CastEvent, parseCastEvent, parseCastHeader, parseSize } from '../core/recording/cast.ts';
import type { Size } from '../core/terminal/size-arbiter.ts';

export type Cast = { readonly size: Size; readonly events: readonly CastEvent[] };

/** `null` where it is none. What is torn or unknown in it is left out. */
export function readCast(text: string): Cast | null {
  const [header = '', ...lines] = text.split('\n');
  const size = parseCastHeader(header);
  return size === null ? null : { size, events: lines.flatMap((line) => parseCastEvent(line) ?? []) };
}

/** The size that a resize is to. */
export const sizeOf = (event: CastEvent): Size | null => parseSize(event.data);
