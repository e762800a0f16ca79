/** A long text that can be searched. It scrolls to each place, and marks all of them where the browser can mark text by itself. */
'use client';

import { ChevronDown, ChevronUp } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { IconButton } from '../../_ui/button.tsx';
import { findPlaces } from './find-places.ts';

/** Named in `terminal.css`. */
const MARKS = { all: 'history-match', current: 'history-match-active' } as const;

function rangesIn(node: ChildNode, places: readonly number[], length: number): readonly Range[] {
  return places.map((at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + length);
    return range;
  });
}

export function HistoryText({ text }: { readonly text: string }) {
  const box = useRef<HTMLElement>(null);
  const [wanted, setWanted] = useState('');
  /** Counted from the newest, which is where the text is shown from. */
  const [back, setBack] = useState(0);
  const places = useMemo(() => findPlaces(text, wanted), [text, wanted]);
  const current = places.length === 0 ? -1 : places.length - 1 - (back % places.length);

  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, []);
  useEffect(() => {
    const node = box.current?.querySelector('pre')?.firstChild ?? null;
    if (box.current === null || node === null || current === -1) return;
    const ranges = rangesIn(node, places, wanted.length);
    const at = ranges[current];
    if (at === undefined) return;
    const [place, view] = [at.getBoundingClientRect(), box.current.getBoundingClientRect()];
    if (place.top < view.top || place.bottom > view.bottom) box.current.scrollTop += place.top - view.top - view.height / 2;
    if (place.left < view.left || place.right > view.right) box.current.scrollLeft += place.left - view.left - view.width / 2;
    if (!('highlights' in CSS)) return;
    CSS.highlights.set(MARKS.all, new Highlight(...ranges));
    CSS.highlights.set(MARKS.current, new Highlight(at));
    return () => {
      for (const name of Object.values(MARKS)) CSS.highlights.delete(name);
    };
  }, [places, current, wanted]);

  const step = (by: number): void => setBack((before) => (before + by + places.length) % Math.max(1, places.length));
  return (
    <>
      <search className="mb-2 flex items-center gap-1">
        <input
          type="text"
          aria-label="Find in the history"
          placeholder="Find"
          autoComplete="off"
          spellCheck={false}
          value={wanted}
          className="h-8 min-w-0 flex-1 rounded-sm border border-line-control bg-canvas px-2.5 pointer-coarse:h-11"
          onChange={(event) => {
            setWanted(event.target.value);
            setBack(0);
          }}
          onKeyDown={(event) => {
            // Older first, as one reads back from the end.
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          }}
        />
        <span aria-live="polite" className="min-w-18 whitespace-nowrap text-right text-ink-muted text-xs tabular-nums">
          {wanted === '' ? '' : places.length === 0 ? 'Not found' : `${current + 1} of ${places.length}`}
        </span>
        <IconButton label="Older match" size="sm" onClick={() => step(1)}>
          <ChevronUp size={14} aria-hidden />
        </IconButton>
        <IconButton label="Newer match" size="sm" onClick={() => step(-1)}>
          <ChevronDown size={14} aria-hidden />
        </IconButton>
      </search>
      <section
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="History of the terminal"
        className="h-[60dvh] overflow-auto rounded-sm bg-sidebar ring-1 ring-line ring-inset"
      >
        <pre className="w-max min-w-full p-3 font-mono text-ink text-xs leading-5">
          {text === '' ? 'Nothing has been printed yet.' : text}
        </pre>
      </section>
    </>
  );
}
