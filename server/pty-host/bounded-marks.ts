/**
 * Takes out of a stream what piles up on one character without end (T5): a terminal keeps every combining mark of a cell, and so
 * would every viewer's, until one of them dies of it. Up to the bound, and everywhere else, every byte passes as it came. Pure.
 */

/** More than any script, emoji or ornament puts on one character. */
export const MAX_MARKS = 64;

export type MarkBound = (data: Uint8Array) => Uint8Array;

/** `width`: of a code point, as the screen has it; what has none is put on the character before it. */
export function createMarkBound(width: (codePoint: number) => number): MarkBound {
  let marks = 0;
  let code = 0;
  /** Bytes of the present character that are still to come. */
  let missing = 0;
  /** Its beginning, where it may have to be dropped. */
  let held: Uint8Array = new Uint8Array(0);

  /** Whether the character that has just become whole is one too many. */
  function isSuperfluous(): boolean {
    if (code < 0x300 || width(code) > 0) {
      marks = 0;
      return false;
    }
    marks = Math.min(marks + 1, MAX_MARKS + 1);
    return marks > MAX_MARKS;
  }

  function bound(data: Uint8Array): Uint8Array {
    const all = held.length === 0 ? data : Uint8Array.of(...held, ...data);
    if (held.length > 0) missing = 0;
    held = new Uint8Array(0);
    const kept: Uint8Array[] = [];
    let from = 0;
    let start = 0;
    for (let at = 0; at < all.length; at += 1) {
      const byte = all[at] ?? 0;
      if (missing > 0 && (byte & 0xc0) === 0x80) {
        code = (code << 6) | (byte & 0x3f);
        missing -= 1;
        if (missing > 0 || !isSuperfluous()) continue;
        kept.push(all.subarray(from, start));
        from = at + 1;
        continue;
      }
      start = at;
      missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
      code = byte & (0x3f >> missing);
      if (missing === 0) marks = 0;
    }
    // Before the bound is reached nothing is ever held back.
    const end = missing > 0 && marks >= MAX_MARKS ? start : all.length;
    held = all.slice(end);
    if (from === 0) return end === all.length ? all : all.subarray(0, end);
    return Buffer.concat([...kept, all.subarray(from, end)]);
  }

  return (data) => {
    if (marks > 0 || missing > 0 || mayExceed(data)) return bound(data);
    // All that matters of it is what the next piece may go on with.
    const tail = data.findLastIndex((byte) => byte < 0x80) + 1;
    if (tail < data.length) bound(data.subarray(tail));
    return data;
  };
}

/** A mark has two bytes or more, none of them ASCII: so many in a row cannot be stepped over. */
const STEP = 2 * MAX_MARKS;

function mayExceed(data: Uint8Array): boolean {
  for (let at = STEP - 1; at < data.length; at += STEP) {
    if (isAscii(data[at])) continue;
    let [from, to] = [at, at + 1];
    while (from > 0 && !isAscii(data[from - 1])) from -= 1;
    while (to < data.length && !isAscii(data[to])) to += 1;
    if (to - from > STEP) return true;
  }
  return false;
}

const isAscii = (byte: number | undefined): boolean => byte !== undefined && byte < 0x80;
