/** What a terminal asks before it types or opens something: a paste of several lines, a very large one, a link that may deceive. */
'use client';

import { useRef, useState } from 'react';
import { Button } from '../_ui/button.tsx';
import { Dialog, DialogActions } from '../_ui/dialog.tsx';
import { TextArea } from '../_ui/field.tsx';
import type { TerminalQuestion } from './terminal-view-state.ts';

const PREVIEW_UNITS = 600;

type Answer = (word: 'yes' | 'always' | 'no') => void;

export function formatUnits(units: number): string {
  if (units < 10_000) return `${units.toLocaleString('en')} characters`;
  return units < 1_000_000 ? `${Math.round(units / 1_000)} thousand characters` : `${(units / 1_000_000).toFixed(1)} million characters`;
}

/** The start of what will be typed, with nothing in it that the page would hide. */
function preview(text: string): string {
  return text.length <= PREVIEW_UNITS ? text : `${text.slice(0, PREVIEW_UNITS)}…`;
}

export function TerminalQuestionDialog({ question, onAnswer }: { readonly question: TerminalQuestion | null; readonly onAnswer: Answer }) {
  const cancel = useRef<HTMLButtonElement>(null);
  // The words stay while the dialog fades out.
  const [last, setLast] = useState(question);
  if (question !== null && question !== last) setLast(question);
  const shown = question ?? last;
  if (shown === null) return null;
  const isLink = shown.kind === 'link';
  const title = isLink ? 'Open this link?' : shown.why === 'large' ? 'Paste this much?' : `Paste ${shown.facts.lines} lines?`;
  return (
    <Dialog open={question !== null} onOpenChange={() => onAnswer('no')} title={title} initialFocus={cancel}>
      <div className="space-y-3 px-5 pb-4">
        <p className="text-ink-muted">{explain(shown)}</p>
        <pre className="wrap-anywhere max-h-48 overflow-auto whitespace-pre-wrap rounded-sm bg-sidebar p-3 font-mono text-ink text-xs leading-5 ring-1 ring-line ring-inset">
          {isLink ? shown.url : preview(shown.text)}
        </pre>
      </div>
      <DialogActions>
        <Button ref={cancel} onClick={() => onAnswer('no')}>
          Cancel
        </Button>
        {!isLink && shown.why === 'multi_line' ? <Button onClick={() => onAnswer('always')}>Paste, and do not ask again</Button> : null}
        <Button variant="primary" onClick={() => onAnswer('yes')}>
          {isLink ? 'Open the link' : 'Paste'}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function explain(question: TerminalQuestion): string {
  if (question.kind === 'link') return `${question.why}.`;
  if (question.why === 'large')
    return `${formatUnits(question.facts.units)} will be typed into the terminal. This can take a while; you can stop it.`;
  return question.facts.bracketed
    ? 'A shell may run several lines at once when you press Enter.'
    : 'The program cannot tell a paste from typing, so each line runs as soon as it arrives.';
}

export type PasteHereProps = {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onPaste: (text: string) => void;
};

/** For browsers that do not let a button read the clipboard. */
export function PasteHereDialog({ open, onOpenChange, onPaste }: PasteHereProps) {
  const [text, setText] = useState('');
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Paste into the terminal"
      description="The browser does not let a button read the clipboard."
    >
      <div className="px-5 pb-4">
        <TextArea aria-label="Text to paste" placeholder="Paste here" value={text} onChange={(event) => setText(event.target.value)} />
      </div>
      <DialogActions>
        <Button onClick={() => onOpenChange(false)}>Cancel</Button>
        <Button
          variant="primary"
          disabled={text === ''}
          onClick={() => {
            onOpenChange(false);
            onPaste(text);
            setText('');
          }}
        >
          Paste
        </Button>
      </DialogActions>
    </Dialog>
  );
}
