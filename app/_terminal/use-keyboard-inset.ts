/**
 * How much of the page's lower end an on-screen keyboard covers, in CSS pixels. Where the browser shrinks the page for the
 * keyboard by itself (`interactive-widget=resizes-content`) this stays 0; Safari does not, and tells only the visual viewport.
 */
import { useSyncExternalStore } from 'react';

function subscribe(listener: () => void): () => void {
  const viewport = window.visualViewport;
  viewport?.addEventListener('resize', listener);
  viewport?.addEventListener('scroll', listener);
  return () => {
    viewport?.removeEventListener('resize', listener);
    viewport?.removeEventListener('scroll', listener);
  };
}

function covered(): number {
  const viewport = window.visualViewport;
  // A page that was zoomed in has a small visual viewport, too, and no keyboard.
  if (viewport === null || viewport.scale > 1.05) return 0;
  return Math.max(0, Math.round(window.innerHeight - viewport.height - viewport.offsetTop));
}

export function useKeyboardInset(): number {
  return useSyncExternalStore(subscribe, covered, () => 0);
}
