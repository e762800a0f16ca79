/** Small truths at the terminal's lower edge: a size that another viewer chose, keys that went nowhere, a paste under way. */
'use client';

import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { InputRest } from '../../server/terminal-client/input-sequencer.ts';
import { Button, IconButton } from '../_ui/button.tsx';
import { nameSizer } from './describe-watchers.ts';
import type { LiveTerminal } from './live-terminal.ts';
import { hasFinePointer } from './pointer.ts';
import { formatUnits } from './questions.tsx';
import { isForeignSize, type TerminalViewState } from './terminal-view-state.ts';

function Note({ children }: { readonly children: ReactNode }) {
  return (
    <div className="pointer-events-auto flex max-w-full items-center gap-2 rounded-md bg-raised py-1.5 pr-2 pl-3 text-ink text-xs shadow-pop">
      {children}
    </div>
  );
}

const keys = (count: number): string => (count === 1 ? 'One key' : `${count} keys`);

/** What of the user's typing did not, or may not have, arrived. Nothing of it is sent by itself later. */
function describeLoss(cut: InputRest | null, missedKeys: number): string | null {
  const parts: string[] = [];
  if (cut?.pasteCut === true) parts.push('The connection was cut in the middle of a paste: only its beginning arrived.');
  else if (cut !== null && cut.unconfirmedBytes > 0) {
    parts.push(
      `The connection was cut while you typed: the last ${cut.unconfirmedBytes === 1 ? 'key' : `${cut.unconfirmedBytes} characters`} may not have arrived.`,
    );
  }
  const unsent = missedKeys + (cut?.unsentBytes ?? 0);
  if (unsent > 0) parts.push(`${keys(unsent)} pressed while the terminal was away ${unsent === 1 ? 'was' : 'were'} not sent.`);
  return parts.length === 0 ? null : parts.join(' ');
}

export function TerminalNotes({ terminal, view }: { readonly terminal: LiveTerminal; readonly view: TerminalViewState }) {
  const loss = describeLoss(view.cut, view.missedKeys);
  // A note goes with its button, and the keyboard with both: without this the next key would be a shortcut of the page.
  const andBack = (run: () => void) => () => {
    run();
    if (hasFinePointer()) terminal.focus();
  };
  return (
    <div className="pointer-events-none absolute right-3 bottom-3 left-3 z-10 flex flex-col items-end gap-2">
      {loss === null ? null : (
        <Note>
          <span role="status">{loss}</span>
          <IconButton label="Dismiss" size="sm" onClick={andBack(terminal.dismissCut)}>
            <X size={13} aria-hidden />
          </IconButton>
        </Note>
      )}
      {view.paste === null ? null : (
        <Note>
          <span className="tabular-nums">
            Pasting {formatUnits(view.paste.units)}: {Math.round(view.paste.progress * 100)} %
          </span>
          <Button size="sm" onClick={andBack(terminal.cancelPaste)}>
            Stop
          </Button>
        </Note>
      )}
      {view.watchers?.keyboard.kind === 'kept' && view.access === 'full' ? (
        <Note>
          <span role="status">
            {view.watchers.keyboard.by} keeps the keyboard{view.watchers.keyboard.state === 'away' ? ', and is away for a moment' : ''}
          </span>
          <Button size="sm" onClick={andBack(() => terminal.keyboard('take'))}>
            Take over
          </Button>
        </Note>
      ) : null}
      {view.access === 'read-only' ? (
        <Note>
          <span>You only look</span>
          <Button size="sm" onClick={andBack(() => terminal.keyboard('type'))}>
            Type again
          </Button>
        </Note>
      ) : null}
      {isForeignSize(view) ? (
        <Note>
          <span>
            Sized {view.size.cols}×{view.size.rows} for {nameSizer(view.watchers)}
          </span>
          {view.access === 'full' ? (
            <Button size="sm" onClick={andBack(terminal.claimSize)}>
              Use my size
            </Button>
          ) : null}
        </Note>
      ) : null}
      {view.notice === null ? null : (
        <Note>
          <span role="status">{view.notice}</span>
        </Note>
      )}
      {view.hover === null ? null : (
        <Note>
          <span className="wrap-anywhere line-clamp-2 font-mono">{view.hover}</span>
        </Note>
      )}
    </div>
  );
}
