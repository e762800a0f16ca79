/** A recording laid out in time: what was on the screen when, and how playing moves on. Pure; drawing is the player's. */
import type { Cast } from '../../server/contract/cast.ts';
import { sizeOf } from '../../server/contract/cast.ts';

type Size = Cast['size'];

export type Timeline = { readonly size: Size; readonly events: Cast['events']; readonly durationMs: number };
/** One thing that a screen is told. */
export type Step = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'size'; readonly size: Size };

export type Pace = { readonly speed: number; readonly idle: 'keep' | 'skip' };

/** Silence that is skipped leaves so much of it before the next output. */
export const IDLE_REST_MS = 400;

export function toTimeline({ size, events }: Cast): Timeline {
  return { size, events, durationMs: events.at(-1)?.atMs ?? 0 };
}

/** How many events have happened at this position. */
export function countUntil({ events }: Timeline, positionMs: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.atMs ?? 0) <= positionMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a screen that has had `from` events is told so that it has had `until`; text that follows on text is one. */
export function stepsBetween({ events }: Timeline, from: number, until: number): readonly Step[] {
  const steps: Step[] = [];
  let texts: string[] = [];
  const flush = (): void => {
    if (texts.length > 0) steps.push({ kind: 'text', text: texts.join('') });
    texts = [];
  };
  for (const event of events.slice(from, until)) {
    const size = event.kind === 'resize' ? sizeOf(event) : null;
    if (event.kind === 'output') texts.push(event.data);
    if (size === null) continue;
    flush();
    steps.push({ kind: 'size', size });
  }
  flush();
  return steps;
}

/** Where playing stands after so much time. */
export function advance(timeline: Timeline, positionMs: number, elapsedMs: number, { speed, idle }: Pace): number {
  const next = Math.min(timeline.durationMs, positionMs + elapsedMs * speed);
  if (idle === 'keep') return next;
  const count = countUntil(timeline, positionMs);
  const nextEventMs = timeline.events[count]?.atMs ?? timeline.durationMs;
  return Math.max(next, Math.min(nextEventMs - IDLE_REST_MS, timeline.durationMs));
}

/** `0:07`, `12:30`, `1:02:03`. */
export function formatPosition(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
