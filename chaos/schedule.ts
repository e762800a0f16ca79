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
  'kill-host',
  'kill-hosts',
  'stop-host',
  'lose-record',
  'damage-record',
  'lose-socket',
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

export const RUNTIME_KINDS = ['tmux', 'ptyhost'] as const;
export type RuntimeKind = (typeof RUNTIME_KINDS)[number];

/** The other runtime has nothing that this could happen to. All else happens on both. */
const ONLY_ON: Readonly<Partial<Record<EventKind, RuntimeKind>>> = {
  'kill-tmux': 'tmux',
  'stop-tmux': 'tmux',
  'kill-host': 'ptyhost',
  'kill-hosts': 'ptyhost',
  'stop-host': 'ptyhost',
  'lose-record': 'ptyhost',
  'damage-record': 'ptyhost',
  'lose-socket': 'ptyhost',
};

export const kindsOn = (runtime: RuntimeKind): readonly EventKind[] => EVENT_KINDS.filter((kind) => (ONLY_ON[kind] ?? runtime) === runtime);

/** As for the stories: `AO_TEST_RUNTIME`, else tmux. */
export function toRuntime(name = process.env['AO_TEST_RUNTIME'] ?? 'tmux'): RuntimeKind {
  const runtime = RUNTIME_KINDS.find((known) => known === name);
  if (runtime === undefined) throw new Error(`there is no runtime ${name}; there are ${RUNTIME_KINDS.join(' and ')}`);
  return runtime;
}

/** Per hundred of all events. */
export const LEAST_SHARE = 2;

/** Two of each kind: the run of `npm test`. */
export const usualEvents = (runtime: RuntimeKind): number => 2 * kindsOn(runtime).length;

export function planEvents(events: number, seed: number, kinds: readonly EventKind[]): readonly EventKind[] {
  const random = createRandom(seed);
  const each = Math.floor(events / kinds.length);
  const dealt = kinds.flatMap((kind) => Array.from({ length: each }, () => kind));
  const drawn = random.shuffle(kinds).slice(0, events - dealt.length);
  return random.shuffle([...dealt, ...drawn]);
}
