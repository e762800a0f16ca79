/** Every action by name, with its shortcut and, where it cannot be done now, why. */
'use client';

import { Dialog } from '@base-ui/react/dialog';
import { Command } from 'cmdk';
import { type RefObject, useRef, useState } from 'react';
import { type Command as Action, COMMAND_GROUPS, useCommandList } from '../_data/commands.tsx';
import { findCommands } from '../_data/find-commands.ts';
import { Kbd } from '../_ui/kbd.tsx';

export type CommandPaletteProps = { readonly open: boolean; readonly onOpenChange: (open: boolean) => void };

export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  // Not `autoFocus`: that takes the focus before the dialog has noted where to give it back to.
  const field = useRef<HTMLInputElement>(null);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fade-motion fixed inset-0 z-50 bg-scrim" />
        <Dialog.Popup
          aria-label="Commands"
          initialFocus={field}
          className="pop-motion fixed top-[14dvh] left-1/2 z-50 w-[min(38rem,calc(100vw-1.5rem))] -translate-x-1/2 overflow-hidden rounded-lg bg-raised shadow-pop outline-none max-sm:top-3"
        >
          <Palette field={field} onOpenChange={onOpenChange} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Mounted with each opening, so that it begins empty. While nothing is typed by group, else the best answer first. */
function Palette({
  field,
  onOpenChange,
}: Pick<CommandPaletteProps, 'onOpenChange'> & { readonly field: RefObject<HTMLInputElement | null> }) {
  const actions = useCommandList().filter(({ id }) => id !== 'palette');
  const [search, setSearch] = useState('');
  const choose = (action: Action): void => {
    if ((action.disabledReason ?? null) !== null) return;
    onOpenChange(false);
    // After the dialog has given the focus back, or it would take it from whatever the action opens.
    requestAnimationFrame(() => action.run());
  };
  const toItem = (action: Action) => <Item key={action.id} action={action} onChoose={choose} />;
  return (
    <Command label="Commands" loop shouldFilter={false}>
      <Command.Input
        ref={field}
        value={search}
        onValueChange={setSearch}
        placeholder="Type a command, a session, a project…"
        className="h-12 w-full border-line border-b bg-transparent px-4 text-ink text-lg outline-none placeholder:text-ink-faint"
      />
      <Command.List className="max-h-[min(24rem,60dvh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-ink-muted">Nothing is called that.</Command.Empty>
        {search.trim() !== ''
          ? findCommands(actions, search).map(toItem)
          : COMMAND_GROUPS.map((group) => {
              const members = actions.filter((action) => action.group === group);
              return members.length === 0 ? null : (
                <Command.Group
                  key={group}
                  heading={group}
                  className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-ink-faint"
                >
                  {members.map(toItem)}
                </Command.Group>
              );
            })}
      </Command.List>
    </Command>
  );
}

function Item({ action, onChoose }: { readonly action: Action; readonly onChoose: (action: Action) => void }) {
  const reason = action.disabledReason ?? null;
  return (
    <Command.Item
      value={action.id}
      disabled={reason !== null}
      onSelect={() => onChoose(action)}
      className="flex min-h-9 select-none items-center gap-2.5 rounded-sm px-2.5 text-ink data-[disabled=true]:text-ink-faint data-[selected=true]:bg-selected pointer-coarse:min-h-11"
    >
      <span className="flex w-4 shrink-0 justify-center text-ink-muted">{action.icon}</span>
      <span className="min-w-0 flex-1 truncate">
        {action.title}
        {action.detail === undefined ? null : <span className="ml-2 font-mono text-2xs text-ink-faint">{action.detail}</span>}
      </span>
      {reason === null ? null : <span className="shrink-0 text-xs">{reason}</span>}
      {action.shortcut === undefined || reason !== null ? null : <Kbd keys={action.shortcut} />}
    </Command.Item>
  );
}
