/** Who else looks at a terminal, and who may type: a count in its toolbar, the list behind it. Not there for one that is alone. */
'use client';

import { Keyboard, Monitor, SquareTerminal, Users } from 'lucide-react';
import type { KeyboardWord } from '../../server/contract/socket.ts';
import type { TerminalWatcher, TerminalWatchers } from '../../server/core/terminal/watchers.ts';
import { Button } from '../_ui/button.tsx';
import { Popover } from '../_ui/popover.tsx';
import { describeCount, describeWatcher, isCompany, KEYBOARD_ACTION } from './describe-watchers.ts';

export type WatchersPopoverProps = {
  readonly watchers: TerminalWatchers | null;
  readonly access: 'full' | 'read-only';
  readonly onWord: (word: KeyboardWord) => void;
};

export function WatchersPopover({ watchers, access, onWord }: WatchersPopoverProps) {
  if (watchers === null || !isCompany(watchers)) return null;
  const { people, keyboard } = watchers;
  return (
    <Popover
      title="Who looks at this terminal"
      trigger={
        <Button variant="ghost" size="sm" aria-label={describeCount(watchers)} className="px-2 tabular-nums">
          {keyboard.kind === 'free' ? <Users size={15} aria-hidden /> : <Keyboard size={15} aria-hidden />}
          {keyboard.kind === 'yours' ? <span className="max-sm:hidden">Yours</span> : null}
          {people.length}
        </Button>
      }
    >
      <ul className="mt-2 flex flex-col gap-2">
        {people.map((person) => (
          <Person key={person.number} {...person} />
        ))}
      </ul>
      <div className="mt-3 flex flex-wrap gap-2 border-line border-t pt-3">
        {access === 'read-only' ? (
          <Button size="sm" onClick={() => onWord('type')}>
            Type again
          </Button>
        ) : (
          <>
            <Button size="sm" onClick={() => onWord(keyboard.kind === 'yours' ? 'release' : 'take')}>
              {KEYBOARD_ACTION[keyboard.kind]}
            </Button>
            <Button size="sm" variant="ghost" onClick={() => onWord('only-look')}>
              Only look
            </Button>
          </>
        )}
      </div>
    </Popover>
  );
}

function Person(person: TerminalWatcher) {
  const { name, self, place } = person;
  const facts = describeWatcher(person);
  const Icon = place === 'terminal' ? SquareTerminal : Monitor;
  return (
    <li className="flex items-start gap-2">
      <Icon size={15} aria-hidden className="mt-0.5 shrink-0 text-ink-muted" />
      <span className="wrap-anywhere min-w-0">
        {name}
        {self ? <span className="text-ink-muted"> (this one)</span> : null}
        {facts.length === 0 ? null : <span className="block text-ink-muted text-xs">{facts.join(', ')}</span>}
      </span>
    </li>
  );
}
