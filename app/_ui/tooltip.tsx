/**
 * Short hints on hover and focus, from one layer for the whole page: an element says `data-tip`, and nothing is mounted beside it. A
 * hint stays while the pointer is on it, goes with Escape (WCAG 1.4.13), and is never the only place where something is said that a
 * touch screen needs. Our own, because a library's costs the first load more than it brings here.
 */
'use client';

import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Kbd } from './kbd.tsx';

const SHOW_AFTER_MS = 400;
/** Time to move the pointer from the element to its hint. */
const HIDE_AFTER_MS = 80;
const MARGIN_PX = 8;
const GAP_PX = 6;

export type TipProps = { readonly 'data-tip'?: string; readonly 'data-tip-keys'?: string };

/** Spread onto any element. */
export function tip(text: string | undefined, keys?: string): TipProps {
  return { ...(text === undefined ? {} : { 'data-tip': text }), ...(keys === undefined ? {} : { 'data-tip-keys': keys }) };
}

type Shown = { readonly text: string; readonly keys: string | null; readonly at: DOMRect };

export function TooltipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  const popup = useRef<HTMLDivElement | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let over: Element | null = null;
    const after = (ms: number, work: () => void): void => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(work, ms);
    };
    const hide = (): void => {
      over = null;
      after(0, () => setShown(null));
    };
    const show = (element: Element, ms: number): void => {
      over = element;
      after(ms, () => {
        const text = element.getAttribute('data-tip');
        if (text === null || !element.isConnected) return setShown(null);
        setShown({ text, keys: element.getAttribute('data-tip-keys'), at: element.getBoundingClientRect() });
      });
    };
    const tipped = (target: EventTarget | null): Element | null => (target instanceof Element ? target.closest('[data-tip]') : null);
    const end = new AbortController();
    const on = { signal: end.signal, passive: true } as const;
    document.addEventListener(
      'pointerover',
      (event) => {
        if (event.pointerType === 'touch') return;
        if (event.target instanceof Element && event.target.closest('[data-tip-layer]') !== null) {
          if (timer !== null) clearTimeout(timer);
          return;
        }
        const element = tipped(event.target);
        if (element === over) return;
        over = element;
        if (element === null) after(HIDE_AFTER_MS, () => setShown(null));
        else show(element, SHOW_AFTER_MS);
      },
      on,
    );
    document.addEventListener(
      'focusin',
      (event) => {
        const element = tipped(event.target);
        if (element?.matches(':focus-visible') === true) show(element, 0);
        else hide();
      },
      on,
    );
    document.addEventListener('focusout', hide, on);
    document.addEventListener('pointerdown', hide, on);
    document.addEventListener('scroll', hide, { ...on, capture: true });
    document.addEventListener('keydown', (event) => event.key === 'Escape' && hide(), on);
    return () => {
      end.abort();
      if (timer !== null) clearTimeout(timer);
    };
  }, []);

  useLayoutEffect(() => {
    const element = popup.current;
    if (shown === null || element === null) return;
    const { width, height } = element.getBoundingClientRect();
    const below = shown.at.bottom + GAP_PX;
    const top = below + height + MARGIN_PX > innerHeight ? shown.at.top - GAP_PX - height : below;
    const centred = shown.at.left + shown.at.width / 2 - width / 2;
    element.style.top = `${Math.round(top)}px`;
    element.style.left = `${Math.round(Math.min(Math.max(MARGIN_PX, centred), innerWidth - width - MARGIN_PX))}px`;
  }, [shown]);

  return shown === null ? null : (
    <div
      ref={popup}
      data-tip-layer
      // What it says is said by the element itself: by its name, or its description.
      aria-hidden="true"
      className="fixed z-60 flex max-w-72 items-center gap-2 rounded-sm bg-raised px-2 py-1 text-ink text-xs shadow-pop"
    >
      {shown.text}
      {shown.keys === null ? null : <Kbd keys={shown.keys} />}
    </div>
  );
}
