/** Commands, each in a field of its own, since one may have several lines. */
'use client';

import { clsx } from 'clsx';
import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../../../../_ui/button.tsx';
import { controlClass } from '../../../../_ui/control-class.ts';

export type CommandRowsProps = {
  readonly label: string;
  readonly commands: readonly string[];
  readonly onChange: (commands: readonly string[]) => void;
};

export function CommandRows({ label, commands, onChange }: CommandRowsProps) {
  return (
    <fieldset aria-label={label} className="flex min-w-0 flex-col gap-2">
      {commands.map((command, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a command has no name but its place
        <div key={index} className="flex items-start gap-1">
          <textarea
            aria-label={`Command ${index + 1}`}
            rows={1}
            spellCheck={false}
            value={command}
            className={clsx(controlClass, 'field-sizing-content max-h-60 min-h-8 resize-y px-2.5 py-1.5 font-mono text-xs leading-5')}
            onChange={(event) => onChange(commands.with(index, event.currentTarget.value))}
          />
          <IconButton label={`Remove command ${index + 1}`} onClick={() => onChange(commands.toSpliced(index, 1))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      <Button size="sm" className="self-start" onClick={() => onChange([...commands, ''])}>
        <Plus size={14} aria-hidden />
        Add a command
      </Button>
    </fieldset>
  );
}
