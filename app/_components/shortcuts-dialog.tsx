/** The shortcuts that work from here, and the switch that turns the single keys off. */
'use client';

import { useCommandList } from '../_data/commands.tsx';
import { chooseSingleKeys, useSingleKeys } from '../_data/preferences.ts';
import { Dialog } from '../_ui/dialog.tsx';
import { Kbd } from '../_ui/kbd.tsx';
import { Switch } from '../_ui/switch.tsx';

const ON_THE_BOARD: readonly (readonly [string, string])[] = [
  ['j', 'Next card'],
  ['k', 'Previous card'],
  ['enter', 'Open the card'],
];

export type ShortcutsDialogProps = { readonly open: boolean; readonly onOpenChange: (open: boolean) => void };

export function ShortcutsDialog({ open, onOpenChange }: ShortcutsDialogProps) {
  const singleKeys = useSingleKeys();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" width="sm">
      <ShortcutTable />
      <div className="flex items-center justify-between gap-4 border-line border-t px-5 py-3">
        <p id="single-keys-why" className="text-ink-muted text-xs">
          Single keys never act while you type or are in a terminal. Switch them off if you dictate.
        </p>
        <Switch
          label="Single-key shortcuts"
          describedBy="single-keys-why"
          checked={singleKeys === 'on'}
          onChange={(on) => chooseSingleKeys(on ? 'on' : 'off')}
        />
      </div>
    </Dialog>
  );
}

/** Which shortcuts there are depends on the page. */
function ShortcutTable() {
  const commands = useCommandList().filter(({ shortcut }) => shortcut !== undefined);
  const rows = [...commands.map((command) => [command.shortcut ?? '', command.title] as const), ...ON_THE_BOARD];
  return (
    <dl className="px-5 pb-3">
      {rows.map(([keys, title]) => (
        <div key={`${keys}${title}`} className="flex h-8 items-center justify-between gap-4">
          <dt>{title}</dt>
          <dd>
            <Kbd keys={keys} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
