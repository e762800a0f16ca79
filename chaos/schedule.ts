/**
 * Which events a run consists of, in which order: decided by the seed alone, before anything happens. Every kind gets the same
 * share, so that none falls below the two percent that make a figure mean something; what is left over is drawn.
 */
import { createRandom } from './random.ts';

export const EVENT_KINDS = [
  'kill-daemon',
  'kill-gateway',
  'kill-tmux',
  'kill-agent',
  'kill-tab',
  'stop-daemon',
  'stop-gateway',
  'stop-tmux',
  'stop-agent',
  'stop-tab',
  'ao-stop-start',
  'ao-start-beside',
  'two-starts',
  'last-tab-leaves',
  'ensure',
  'ensure-clean',
  'ensure-clean-under-kill',
  'spawn',
  'kill',
  'restore',
  'resume',
  'send',
  'parallel',
  'parallel-under-kill',
  'acknowledged-then-kill',
  'park',
  'park-under-kill',
  'cleanup',
  'reboot',
  'disk-full',
  'no-descriptors',
  'browser',
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

/** Per hundred of all events. */
export const LEAST_SHARE = 2;

/** Two of each kind: the run of `npm test`. */
export const USUAL_EVENTS = 2 * EVENT_KINDS.length;

export function planEvents(events: number, seed: number, kinds: readonly EventKind[] = EVENT_KINDS): readonly EventKind[] {
  const random = createRandom(seed);
  const each = Math.floor(events / kinds.length);
  const dealt = kinds.flatMap((kind) => Array.from({ length: each }, () => kind));
  const drawn = random.shuffle(kinds).slice(0, events - dealt.length);
  return random.shuffle([...dealt, ...drawn]);
}
