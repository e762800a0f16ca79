/** Finds text in the terminal. Enter goes on, Shift+Enter back, Escape ends it and returns to the terminal. */
'use client';

import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../_ui/button.tsx';
import type { SearchHit } from './xterm-screen.ts';

export type SearchBarProps = {
  readonly hit: SearchHit | null;
  readonly onFind: (text: string, direction: 'next' | 'previous') => void;
  readonly onClose: () => void;
  /** What has scrolled off is not in the terminal. */
  readonly onHistory: () => void;
};

function countOf(text: string, hit: SearchHit | null): string {
  if (text === '' || hit === null) return '';
  if (hit.count === 0) return 'Not on the screen';
  return hit.index < 0 ? `${hit.count} found` : `${hit.index + 1} of ${hit.count}`;
}

export function SearchBar({ hit, onFind, onClose, onHistory }: SearchBarProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <search className="absolute top-2 right-4 left-4 z-20 ml-auto flex max-w-96 items-center gap-1 rounded-md bg-raised p-1 pl-2.5 shadow-pop">
      <input
        ref={field}
        type="text"
        aria-label="Find in the terminal"
        placeholder="Find"
        autoComplete="off"
        spellCheck={false}
        value={text}
        className="h-7 min-w-0 flex-1 bg-transparent text-ink outline-none placeholder:text-ink-faint pointer-coarse:h-10"
        onChange={(event) => {
          setText(event.target.value);
          onFind(event.target.value, 'next');
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onFind(text, event.shiftKey ? 'previous' : 'next');
          else if (event.key === 'Escape') onClose();
          else return;
          event.preventDefault();
        }}
      />
      <span aria-live="polite" className="whitespace-nowrap text-ink-muted text-xs">
        {countOf(text, hit)}
      </span>
      {text !== '' && hit?.count === 0 ? (
        <Button size="sm" onClick={onHistory}>
          History
        </Button>
      ) : null}
      <IconButton label="Previous match" size="sm" onClick={() => onFind(text, 'previous')}>
        <ChevronUp size={14} aria-hidden />
      </IconButton>
      <IconButton label="Next match" size="sm" onClick={() => onFind(text, 'next')}>
        <ChevronDown size={14} aria-hidden />
      </IconButton>
      <IconButton label="Close search" size="sm" onClick={onClose}>
        <X size={14} aria-hidden />
      </IconButton>
    </search>
  );
}
