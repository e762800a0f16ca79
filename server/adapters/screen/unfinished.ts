/**
 * The end of a terminal stream that is not finished: the beginning of an escape sequence or of a UTF-8 character. A picture of
 * the screen says nothing of it, and a terminal that is given the picture and then the rest would show the rest as text (T1).
 * Knows how sequences are delimited, not what they mean.
 */

type State = 'ground' | 'escape' | 'csi' | 'string' | 'string-escape' | 'utf8';

/** A string (OSC, DCS) that is longer is continued without its middle: it is then no good, but it ends where it ends. */
const KEPT_BYTES = 65_536;

const ESC = 0x1b;
const BEL = 0x07;
/** After ESC: DCS, SOS, OSC, PM, APC. */
const STRINGS: ReadonlySet<number> = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f]);

export type Unfinished = { readonly push: (data: Uint8Array) => void; readonly bytes: () => Uint8Array };

/** Bytes of a character that are not all of it. */
const LONGEST_CUT = 3;

export function createUnfinished(): Unfinished {
  let state: State = 'ground';
  let kept: number[] = [];
  /** Continuation bytes that are still to come. */
  let missing = 0;

  function begin(byte: number, next: State): void {
    kept = [byte];
    state = next;
  }

  function keep(byte: number): void {
    if (kept.length < KEPT_BYTES) kept.push(byte);
  }

  function end(): void {
    kept = [];
    state = 'ground';
  }

  function ground(byte: number): void {
    if (byte === ESC) begin(byte, 'escape');
    else if (byte >= 0xc2 && byte <= 0xf4) {
      missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      begin(byte, 'utf8');
    }
  }

  /** In the middle of a sequence, controls are executed at once and are no part of it. */
  const executes = (byte: number): boolean => byte < 0x20 || byte === 0x7f;

  function afterEscape(byte: number): void {
    if (executes(byte)) return;
    keep(byte);
    const isIntermediate = byte < 0x30;
    if (isIntermediate) return;
    const opens = kept.length === 2;
    if (opens && byte === 0x5b) state = 'csi';
    else if (opens && STRINGS.has(byte)) state = 'string';
    else end();
  }

  function csi(byte: number): void {
    if (executes(byte)) return;
    keep(byte);
    if (byte >= 0x40) end();
  }

  function take(byte: number): void {
    if (state === 'utf8') {
      if ((byte & 0xc0) === 0x80) {
        keep(byte);
        missing -= 1;
        if (missing === 0) end();
        return;
      }
      // Broken off: this byte begins anew.
      end();
    }
    if (state === 'ground') return ground(byte);
    // CAN and SUB break off whatever there is.
    if (byte === 0x18 || byte === 0x1a) return end();
    if (state === 'string') {
      // Only OSC ends with BEL; in the others it is content.
      if (byte === BEL && kept[1] === 0x5d) return end();
      keep(byte);
      if (byte === ESC) state = 'string-escape';
      return;
    }
    if (state === 'string-escape') {
      // ESC ends the string; a backslash completes the terminator, anything else is a sequence of its own.
      if (byte === 0x5c) return end();
      begin(ESC, 'escape');
    }
    if (byte === ESC) return begin(byte, 'escape');
    if (state === 'escape') return afterEscape(byte);
    csi(byte);
  }

  /**
   * Where to begin, so that the end is the same as if all were taken: ESC begins anew, whatever it comes in the middle of. Only as the
   * last byte of all it may yet be a part of a string that it ends.
   */
  function skip(data: Uint8Array): number {
    const last = data.lastIndexOf(ESC, -2);
    if (last !== -1) {
      end();
      return last;
    }
    return state === 'ground' ? Math.max(0, data.length - LONGEST_CUT) : 0;
  }

  return {
    push(data) {
      for (let index = skip(data); index < data.length; index += 1) take(data[index] ?? 0);
    },
    bytes: () => Uint8Array.from(kept),
  };
}
