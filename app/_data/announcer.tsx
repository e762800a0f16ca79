/** The page's one polite live region. What happens within a second is said in one go, so that a busy board does not chatter. */
'use client';

import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';

const BATCH_MS = 1_000;
/** More than this at once is told by number. */
const SAY_AT_MOST = 4;

const AnnounceContext = createContext<(text: string) => void>(() => undefined);

export function Announcer({ children }: { readonly children: ReactNode }) {
  const [said, setSaid] = useState('');
  const pending = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const announce = useCallback((text: string) => {
    pending.current.push(text);
    timer.current ??= setTimeout(() => {
      timer.current = null;
      setSaid(batch(pending.current.splice(0)));
    }, BATCH_MS);
  }, []);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  return (
    <AnnounceContext value={announce}>
      {children}
      <div role="status" aria-live="polite" className="sr-only">
        {said}
      </div>
    </AnnounceContext>
  );
}

function batch(texts: readonly string[]): string {
  const shown = texts.slice(0, SAY_AT_MOST);
  const more = texts.length - shown.length;
  return more > 0 ? `${shown.join('. ')}. And ${more} more changes.` : shown.join('. ');
}

export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}
