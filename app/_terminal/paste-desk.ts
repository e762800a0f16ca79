/**
 * Pastes of one terminal: asks where that is due, types them piece by piece as the daemon takes them, and can stop. Nothing
 * that is pasted while the terminal is away is kept for later.
 */

import type { TerminalLink } from '../../server/terminal-client/terminal-link.ts';
import { cutPaste, describePaste, judgePaste, type PasteCutter } from './paste.ts';
import type { Cell, TerminalViewState } from './terminal-view-state.ts';

/** Pastes above this show how far they are. UTF-16 units. */
const SHOW_PROGRESS_UNITS = 131_072;

export type PasteDesk = {
  readonly setProgram: (program: 'shell' | 'other') => void;
  readonly paste: (text: string) => void;
  /** The user's word for a paste that was asked about; `always`: do not ask for such pastes again. */
  readonly confirm: (text: string, word: 'yes' | 'always') => void;
  readonly cancel: () => void;
};

export function createPasteDesk(deps: {
  readonly link: Pick<TerminalLink, 'paste' | 'state'>;
  readonly cell: Pick<Cell<TerminalViewState>, 'set'>;
  readonly modes: () => { readonly bracketed: boolean };
  readonly onStarted: () => void;
  readonly onRefused: () => void;
}): PasteDesk {
  const { link, cell } = deps;
  let program: 'shell' | 'other' = 'other';
  let asks: 'yes' | 'no' = 'yes';
  let pasting: PasteCutter | null = null;

  function type(text: string): void {
    const cutter = cutPaste(text, deps.modes());
    const isLong = text.length > SHOW_PROGRESS_UNITS;
    const frames: Iterator<Uint8Array> = {
      next: () => {
        if (isLong) cell.set({ paste: { units: text.length, progress: cutter.progress() } });
        return cutter.next();
      },
    };
    const done = (): void => {
      if (pasting === cutter) pasting = null;
      cell.set({ paste: null });
    };
    pasting = cutter;
    if (link.paste(frames, done) === 'sent') return deps.onStarted();
    done();
    deps.onRefused();
  }

  return {
    setProgram(next) {
      program = next;
    },
    paste(text) {
      if (link.state().phase.kind !== 'attached') return deps.onRefused();
      const facts = describePaste(text, deps.modes());
      const why = judgePaste(facts, { shell: program });
      if (why === 'none' || (why === 'multi_line' && asks === 'no')) return type(text);
      cell.set({ question: { kind: 'paste', text, facts, why } });
    },
    confirm(text, word) {
      if (word === 'always') asks = 'no';
      type(text);
    },
    cancel: () => pasting?.cancel(),
  };
}
