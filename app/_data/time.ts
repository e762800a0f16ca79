/** Times as people read them. Pure but for the hook, which turns over once for all who show a relative time. */
'use client';

import { useSyncExternalStore } from 'react';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "now", "40s", "5m", "3h", "2d", then the date: short enough for a card. */
export function formatAge(iso: string, nowMs: number): string {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return '';
  const ageMs = Math.max(0, nowMs - atMs);
  if (ageMs < 5 * SECOND_MS) return 'now';
  if (ageMs < MINUTE_MS) return `${Math.floor(ageMs / SECOND_MS)}s`;
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)}m`;
  if (ageMs < DAY_MS) return `${Math.floor(ageMs / HOUR_MS)}h`;
  if (ageMs < 30 * DAY_MS) return `${Math.floor(ageMs / DAY_MS)}d`;
  return new Date(atMs).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}

/** The clock time of today, with the date for any other day. */
export function formatMoment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  const time = at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return isToday ? time : `${at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

export function formatFull(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** "5 s", "1.5 s", "10 min", "1 h 30 min": how long something lasts, in at most two units. */
export function formatDuration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.round(ms / 100) / 10} s`;
  if (ms < HOUR_MS) return units([Math.floor(ms / MINUTE_MS), 'min'], [Math.floor((ms % MINUTE_MS) / SECOND_MS), 's']);
  return units([Math.floor(ms / HOUR_MS), 'h'], [Math.floor((ms % HOUR_MS) / MINUTE_MS), 'min']);
}

function units(...parts: readonly (readonly [number, string])[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

type Ticker = { readonly subscribe: (listener: () => void) => () => void; readonly get: () => number };

function createTicker(everyMs: number): Ticker {
  const listeners = new Set<() => void>();
  let nowMs = Date.now();
  let timer: ReturnType<typeof setInterval> | null = null;
  return {
    subscribe: (listener) => {
      if (listeners.size === 0) nowMs = Date.now();
      listeners.add(listener);
      timer ??= setInterval(() => {
        nowMs = Date.now();
        for (const each of listeners) each();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
    get: () => nowMs,
  };
}

const tickers = { second: createTicker(SECOND_MS), slow: createTicker(10 * SECOND_MS) } as const;

/** `second` for countdowns only; a board of 200 cards turns over every ten. Zero while the page is prerendered. */
export function useNow(pace: keyof typeof tickers = 'slow'): number {
  return useSyncExternalStore(tickers[pace].subscribe, tickers[pace].get, () => 0);
}
