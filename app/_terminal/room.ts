/**
 * How many cells a place has room for, when the same place is measured again. xterm makes a screen a whole number of pixels wide,
 * so that the width of a cell, and with it the number that fits, depends a little on the size that the terminal has just now.
 * Another viewer's size would so look like a change of our own place, and take the size back from him. Pure.
 */

export type ScreenSize = { readonly cols: number; readonly rows: number };
/** CSS pixels. */
export type Place = { readonly width: number; readonly height: number; readonly cellWidth: number; readonly cellHeight: number };
export type Measured = { readonly room: ScreenSize; readonly place: Place };

/** A share of a cell: rounding stays below it from twenty columns on, another font or text size does not. */
const SLACK = 0.005;

export function settleRoom(last: Measured | null, now: Measured): Measured {
  return last !== null && isSamePlace(last.place, now.place) ? last : now;
}

function isSamePlace(last: Place, now: Place): boolean {
  const close = (a: number, b: number): boolean => Math.abs(a - b) <= SLACK * Math.max(a, b);
  return (
    last.width === now.width && last.height === now.height && close(last.cellWidth, now.cellWidth) && close(last.cellHeight, now.cellHeight)
  );
}
