/**
 * Who looks at one terminal, and who of them may type: tells each viewer of all of them whenever anything of it changes. Sizes and
 * input are others' business; they ask here and say that something has changed.
 */
import {
  expireLease,
  FREE,
  type InputLease,
  leaveLease,
  mayType,
  rejoinLease,
  releaseLease,
  takeLease,
} from '../../core/terminal/input-lease.ts';
import type { Visibility } from '../../core/terminal/size-arbiter.ts';
import type { TerminalWatchers, ViewerAccess } from '../../core/terminal/watchers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ViewerIdentity } from '../../ports/terminal.ts';

export type Watcher = { readonly who: ViewerIdentity; readonly visibility: Visibility; readonly access: ViewerAccess };

export type WatchersDeps = {
  readonly clock: Clock;
  /** The viewer whose size the terminal has. */
  readonly sizer: () => string | null;
  readonly tell: (viewer: string, watchers: TerminalWatchers) => void;
};

export type Watchers = {
  /** The viewer is told for the first time. */
  readonly join: (viewer: string, watcher: Watcher) => void;
  readonly change: (viewer: string, change: Partial<Omit<Watcher, 'who'>>) => void;
  readonly keyboard: (viewer: string, word: 'take' | 'release') => void;
  readonly mayType: (viewer: string) => boolean;
  /** Who has the keyboard; for people. */
  readonly keeper: () => string;
  readonly leave: (viewer: string) => void;
  /** Something of it may be another now. */
  readonly changed: () => void;
  readonly close: () => void;
};

/** Two viewers that type in turns change the size with each key; people need not be told as often. Milliseconds. */
const TELL_AFTER_MS = 50;

export function createWatchers({ clock, sizer, tell }: WatchersDeps): Watchers {
  const all = new Map<string, Watcher & { readonly number: number }>();
  const told = new Map<string, string>();
  let lease: InputLease = FREE;
  let keeper = '';
  let joined = 0;
  let cancelTell: (() => void) | null = null;
  let cancelExpiry: () => void = () => undefined;

  function viewOf(to: string): TerminalWatchers {
    const people = [...all].map(([viewer, { who, visibility, access, number }]) => ({
      number,
      name: who.name,
      place: who.place,
      self: viewer === to,
      visible: visibility === 'visible',
      access,
      sizes: sizer() === viewer,
      keyboard: lease.kind !== 'free' && lease.by === who.key,
    }));
    const { key } = all.get(to)?.who ?? { key: '' };
    if (lease.kind === 'free') return { people, keyboard: { kind: 'free' } };
    return {
      people,
      keyboard: lease.by === key ? { kind: 'yours' } : { kind: 'kept', by: keeper, state: lease.kind === 'held' ? 'here' : 'away' },
    };
  }

  function tellAll(): void {
    cancelTell = null;
    for (const viewer of all.keys()) {
      const watchers = viewOf(viewer);
      const text = JSON.stringify(watchers);
      if (told.get(viewer) === text) continue;
      told.set(viewer, text);
      tell(viewer, watchers);
    }
  }

  function changed(): void {
    cancelTell ??= clock.after(TELL_AFTER_MS, tellAll);
  }

  function settle(next: InputLease): void {
    if (next === lease) return;
    lease = next;
    awaitExpiry();
    changed();
  }

  /** A timer may come a moment before its time is there by the clock: it waits for the rest then, or nobody would ever type again. */
  function awaitExpiry(): void {
    cancelExpiry();
    if (lease.kind !== 'away') return;
    cancelExpiry = clock.after(Math.max(1, lease.untilMs - clock.monotonicMs()), () => {
      settle(expireLease(lease, clock.monotonicMs()));
      if (lease.kind === 'away') awaitExpiry();
    });
  }

  const keyOf = (viewer: string): string => all.get(viewer)?.who.key ?? '';
  const isHere = (key: string): boolean => [...all.values()].some(({ who }) => who.key === key);

  return {
    join(viewer, watcher) {
      joined += 1;
      all.set(viewer, { ...watcher, number: joined });
      settle(rejoinLease(lease, watcher.who.key));
      changed();
    },
    change(viewer, change) {
      const watcher = all.get(viewer);
      if (watcher === undefined) return;
      all.set(viewer, { ...watcher, ...change });
      if (change.access === 'read-only') settle(releaseLease(lease, watcher.who.key));
      changed();
    },
    keyboard(viewer, word) {
      const watcher = all.get(viewer);
      if (watcher === undefined) return;
      const { who, access } = watcher;
      if (word === 'release') return settle(releaseLease(lease, who.key));
      if (access === 'read-only' || (lease.kind === 'held' && lease.by === who.key)) return;
      keeper = who.name;
      settle(takeLease(who.key));
    },
    mayType: (viewer) => mayType(lease, keyOf(viewer)),
    keeper: () => keeper,
    leave(viewer) {
      const key = keyOf(viewer);
      all.delete(viewer);
      told.delete(viewer);
      if (!isHere(key)) settle(leaveLease(lease, key, clock.monotonicMs()));
      changed();
    },
    changed,
    close() {
      cancelTell?.();
      cancelExpiry();
    },
  };
}
