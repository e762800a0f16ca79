/** Who looks at a terminal, in words. Pure. */
import type { TerminalWatcher, TerminalWatchers } from '../../server/core/terminal/watchers.ts';

/** Somebody alone with a terminal is told nothing. */
export function isCompany({ people, keyboard }: TerminalWatchers): boolean {
  return people.length > 1 || keyboard.kind !== 'free' || people.some(({ access }) => access === 'read-only');
}

export function describeCount({ people, keyboard }: TerminalWatchers): string {
  const count = people.length === 1 ? 'Only you look at this terminal' : `${people.length} look at this terminal`;
  if (keyboard.kind === 'yours') return `${count}; you keep the keyboard`;
  return keyboard.kind === 'kept' ? `${count}; ${keyboard.by} keeps the keyboard` : count;
}

/** What one of them does, beside its name. */
export function describeWatcher({ place, visible, access, sizes, keyboard }: TerminalWatcher): readonly string[] {
  return [
    ...(place === 'terminal' ? ['ao attach'] : []),
    ...(visible ? [] : ['in the background']),
    ...(access === 'read-only' ? ['only looks'] : []),
    ...(sizes ? ['sets the size'] : []),
    ...(keyboard ? ['keeps the keyboard'] : []),
  ];
}

/** Why keys that are pressed go nowhere; `null` where they do not. */
export function whyNotTyped(watchers: TerminalWatchers | null, access: 'full' | 'read-only'): string | null {
  if (access === 'read-only') return 'you only look at this terminal';
  return watchers?.keyboard.kind === 'kept' ? `${watchers.keyboard.by} keeps the keyboard` : null;
}

export function nameSizer(watchers: TerminalWatchers | null): string {
  const sizer = watchers?.people.find(({ sizes, self }) => sizes && !self);
  return sizer?.name ?? 'another viewer';
}

/** What the one button for the keyboard does. */
export const KEYBOARD_ACTION: Readonly<Record<TerminalWatchers['keyboard']['kind'], string>> = {
  free: 'Keep the keyboard to myself',
  yours: 'Give the keyboard back',
  kept: 'Take over the keyboard',
};
