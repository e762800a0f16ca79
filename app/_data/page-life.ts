/** The moments of a page's life that matter to its link. */

export type PageLife = {
  /** The page is being left or put into the back/forward cache. */
  readonly hidden: () => void;
  /** It came back out of the back/forward cache. */
  readonly restored: () => void;
  /** Somebody looks again, or the network is back: no reason to wait for the next try. */
  readonly betterTimes: () => void;
  /** This browser was paired in another tab. */
  readonly paired: () => void;
};

/** The answer ends it. */
export function watchPageLife(life: PageLife): () => void {
  const end = new AbortController();
  const { signal } = end;
  window.addEventListener('pagehide', life.hidden, { signal });
  window.addEventListener('pageshow', (event) => event.persisted && life.restored(), { signal });
  window.addEventListener('online', life.betterTimes, { signal });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && life.betterTimes(), { signal });
  window.addEventListener('storage', (event) => event.key === 'ao.device' && event.newValue !== null && life.paired(), { signal });
  return () => end.abort();
}
