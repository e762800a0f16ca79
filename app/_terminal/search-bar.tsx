/** Finds text on the screen and in all that has scrolled off, newest first. Enter goes on to older places, Shift+Enter back, Escape ends it. */
'use client';

import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../_ui/button.tsx';
import { MATCHES_AT_MOST, type SearchHit } from './history-screen.ts';

export type SearchBarProps = {
  readonly hit: SearchHit | null;
  readonly onFind: (text: string, direction: 'older' | 'newer', how: 'typed' | 'asked') => void;
  readonly onClose: () => void;
};

function countOf(text: string, hit: SearchHit | null): string {
  if (text === '' || hit === null) return '';
  if (hit.count === 0) return 'Not found';
  const count = `${hit.count.toLocaleString('en')}${hit.count >= MATCHES_AT_MOST ? '+' : ''}`;
  return hit.index < 0 ? `${count} found` : `${(hit.index + 1).toLocaleString('en')} of ${count}`;
}

export function SearchBar({ hit, onFind, onClose }: SearchBarProps) {
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
          onFind(event.target.value, 'older', 'typed');
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onFind(text, event.shiftKey ? 'newer' : 'older', 'asked');
          else if (event.key === 'Escape') onClose();
          else return;
          event.preventDefault();
        }}
      />
      <span aria-live="polite" className="whitespace-nowrap text-ink-muted text-xs tabular-nums">
        {countOf(text, hit)}
      </span>
      <IconButton label="Older match" size="sm" onClick={() => onFind(text, 'older', 'asked')}>
        <ChevronUp size={14} aria-hidden />
      </IconButton>
      <IconButton label="Newer match" size="sm" onClick={() => onFind(text, 'newer', 'asked')}>
        <ChevronDown size={14} aria-hidden />
      </IconButton>
      <IconButton label="Close search" size="sm" onClick={onClose}>
        <X size={14} aria-hidden />
      </IconButton>
    </search>
  );
}
