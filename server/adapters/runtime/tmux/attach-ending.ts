/**
 * Takes the farewell off the stream of a tmux client, so that the last picture stays: when a client ends, tmux clears its screen,
 * leaves the alternate one and prints a line about it. Pure.
 */

/** Leaving keypad mode, which tmux does at the end of a client and at no other time; the clearing comes after it. */
const FAREWELL = [0x1b, 0x5b, 0x3f, 0x31, 0x6c, 0x1b, 0x3e];

/** `[server exited unexpectedly]`, `[lost tty]`: from the client itself, as a write of its own. */
const LAST_LINE = /^\[[a-z][^\]\u001b]*\]\r?\n$/;
const LAST_LINE_MAX = 200;

export type EndingFilter = (data: Uint8Array) => Uint8Array;

export function createEndingFilter(): EndingFilter {
  /** Bytes of the farewell that the last chunk ended with, or a chunk that looks like the last line. */
  let held: Uint8Array = new Uint8Array(0);
  let over = false;

  return (data) => {
    if (over) return new Uint8Array(0);
    const all = held.length === 0 ? data : join(held, data);
    held = new Uint8Array(0);
    const at = indexOfFarewell(all);
    if (at !== -1) {
      over = true;
      return all.subarray(0, at);
    }
    const keep = isLastLine(all) ? all.length : partLength(all);
    held = all.slice(all.length - keep);
    return all.subarray(0, all.length - keep);
  };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function indexOfFarewell(data: Uint8Array): number {
  for (let from = data.indexOf(0x1b); from !== -1; from = data.indexOf(0x1b, from + 1)) {
    if (FAREWELL.every((byte, index) => data[from + index] === byte)) return from;
  }
  return -1;
}

/** How much of the farewell's beginning the data ends with. */
function partLength(data: Uint8Array): number {
  for (let length = Math.min(FAREWELL.length - 1, data.length); length > 0; length -= 1) {
    if (FAREWELL.slice(0, length).every((byte, index) => data[data.length - length + index] === byte)) return length;
  }
  return 0;
}

function isLastLine(data: Uint8Array): boolean {
  return data.length <= LAST_LINE_MAX && LAST_LINE.test(String.fromCharCode(...data));
}
