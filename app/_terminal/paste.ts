/**
 * Turns a pasted text into the bytes that are typed. Pure. Owns three promises: the text is never encoded as a whole (16 MB
 * must not freeze the page), nothing in it can end the paste early or act as a key, and a frame never splits a character.
 *
 * C0 and C1 control characters other than tab and line ends are left out: `ESC [ 201 ~` in a clipboard would otherwise end
 * the bracketed paste and run what follows it.
 */

/** UTF-16 units a frame is cut from: three bytes each at most, so a frame stays well below the wire's limit. */
const UNITS_PER_FRAME = 16_384;
/** From here on we ask, whatever the program: it takes seconds and cannot be undone. UTF-16 units. */
export const LARGE_PASTE_UNITS = 1_048_576;

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

export type PasteFacts = {
  readonly units: number;
  /** Lines of text; a trailing line end starts no new one. */
  readonly lines: number;
  /** Whether the program said that it can tell a paste from typing. */
  readonly bracketed: boolean;
};

export type PasteQuestion = 'none' | 'multi_line' | 'large';

export function describePaste(text: string, options: { readonly bracketed: boolean }): PasteFacts {
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < text.length - 1; at = text.indexOf('\n', at + 1)) lines += 1;
  return { units: text.length, lines, bracketed: options.bracketed };
}

/** A shell runs each line as it comes, and so does whatever cannot tell a paste from typing. */
export function judgePaste(facts: PasteFacts, program: { readonly shell: 'shell' | 'other' }): PasteQuestion {
  if (facts.units >= LARGE_PASTE_UNITS) return 'large';
  return facts.lines > 1 && (program.shell === 'shell' || !facts.bracketed) ? 'multi_line' : 'none';
}

/** Where a piece that starts at `from` ends, without cutting a surrogate pair or a CR LF in two. */
function endOfPiece(text: string, from: number): number {
  const end = Math.min(from + UNITS_PER_FRAME, text.length);
  if (end === text.length) return end;
  const lineEndCut = text[end - 1] === '\r' && text[end] === '\n';
  const pairCut = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(end - 1, end + 1));
  return lineEndCut || pairCut ? end + 1 : end;
}

/** Line ends as the Enter key sends them, everything else that a terminal would act on left out. */
export function toTyped(text: string): string {
  return text.replace(/\r?\n/g, '\r').replace(CONTROLS, '');
}

export type PasteCutter = Iterator<Uint8Array> & {
  /** Share of the text that has been drawn, 0 to 1. */
  readonly progress: () => number;
  /** Ends it early; a bracketed paste is still closed. */
  readonly cancel: () => void;
};

export function cutPaste(text: string, options: { readonly bracketed: boolean }): PasteCutter {
  const encoder = new TextEncoder();
  let at = 0;
  let cancelled = false;

  function* frames(): Generator<Uint8Array, undefined> {
    if (options.bracketed) yield encoder.encode(PASTE_START);
    while (at < text.length && !cancelled) {
      const end = endOfPiece(text, at);
      const typed = toTyped(text.slice(at, end));
      at = end;
      if (typed !== '') yield encoder.encode(typed);
    }
    if (options.bracketed) yield encoder.encode(PASTE_END);
  }

  const drawn = frames();
  return {
    next: () => drawn.next(),
    progress: () => (text.length === 0 ? 1 : at / text.length),
    cancel() {
      cancelled = true;
    },
  };
}
