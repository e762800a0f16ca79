/**
 * Everything that can be done from here, registered by whoever offers it while it is on the screen: the palette lists it, its shortcut
 * runs it. One table, so that no shortcut exists that the palette does not show.
 */
'use client';

import { createContext, type ReactNode, useContext, useEffect, useId, useState, useSyncExternalStore } from 'react';
import { say } from '../_ui/toaster.tsx';
import { readSingleKeys } from './preferences.ts';
import { isShortcut, type KeyPlace } from './shortcuts.ts';

export const COMMAND_GROUPS = ['Here', 'Create', 'Go to', 'Sessions', 'Projects', 'Settings'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export type Command = {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  readonly shortcut?: string;
  /** Small print beside the title: an id. */
  readonly detail?: string;
  /** A second way in; not shown. */
  readonly otherShortcut?: string;
  /** Further words it is found by. */
  readonly keywords?: string;
  readonly icon?: ReactNode;
  /** Why not now; shown instead of running it. */
  readonly disabledReason?: string | null;
  readonly run: () => void;
};

type Registry = {
  readonly set: (owner: string, commands: readonly Command[]) => void;
  readonly drop: (owner: string) => void;
  /** The same array until something changes. */
  readonly all: () => readonly Command[];
  readonly subscribe: (listener: () => void) => () => void;
};

function createRegistry(): Registry {
  const owners = new Map<string, readonly Command[]>();
  const listeners = new Set<() => void>();
  let all: readonly Command[] = [];
  const changed = (): void => {
    all = [...owners.values()].flat();
    for (const listener of listeners) listener();
  };
  return {
    set: (owner, commands) => {
      owners.set(owner, commands);
      changed();
    },
    drop: (owner) => {
      owners.delete(owner);
      changed();
    },
    all: () => all,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const CommandContext = createContext<Registry | null>(null);

export function CommandProvider({ children }: { readonly children: ReactNode }) {
  const [registry] = useState(createRegistry);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const place = placeOf(event.target);
      const press = { key: event.key, ctrl: event.ctrlKey, meta: event.metaKey, alt: event.altKey, shift: event.shiftKey };
      const command = registry
        .all()
        .find(({ shortcut, otherShortcut }) =>
          [shortcut, otherShortcut].some((keys) => keys !== undefined && isShortcut(keys, press, place)),
        );
      if (command === undefined) return;
      // Behind an open dialog nothing else may happen.
      if (document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]') !== null) return;
      event.preventDefault();
      const why = command.disabledReason ?? null;
      if (why === null) command.run();
      else say(command.title, { detail: why });
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [registry]);
  return <CommandContext value={registry}>{children}</CommandContext>;
}

function placeOf(target: EventTarget | null): KeyPlace {
  const element = target instanceof HTMLElement ? target : null;
  const platform = /Mac|iPhone|iPad/.test(navigator.platform) ? 'apple' : 'other';
  const focus =
    element === null
      ? 'page'
      : element.closest('.xterm') !== null
        ? 'terminal'
        : element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
          ? 'typing'
          : 'page';
  return { platform, focus, singleKeys: readSingleKeys() };
}

function useRegistry(): Registry {
  const registry = useContext(CommandContext);
  if (registry === null) throw new Error('Commands are registered outside of CommandProvider.');
  return registry;
}

/** Offers these for as long as the component is there. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useRegistry();
  const owner = useId();
  useEffect(() => {
    registry.set(owner, commands);
  });
  useEffect(() => () => registry.drop(owner), [registry, owner]);
}

/** All there are, as they are now: one that was locked when the palette opened may be free a moment later. */
export function useCommandList(): readonly Command[] {
  const registry = useRegistry();
  return useSyncExternalStore(registry.subscribe, registry.all, registry.all);
}
