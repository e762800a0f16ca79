/** On or off, at once: for settings that need no saving. */
'use client';

import { Switch as BaseSwitch } from '@base-ui/react/switch';

export type SwitchProps = {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: string;
  readonly describedBy?: string;
  readonly disabled?: boolean;
};

export function Switch({ checked, onChange, label, describedBy, disabled = false }: SwitchProps) {
  return (
    <BaseSwitch.Root
      checked={checked}
      onCheckedChange={(next) => onChange(next)}
      disabled={disabled}
      aria-label={label}
      aria-describedby={describedBy}
      className="flex h-5 w-9 shrink-0 rounded-full border border-line-control bg-canvas p-0.5 transition-colors data-checked:border-primary data-checked:bg-primary data-disabled:opacity-55"
    >
      <BaseSwitch.Thumb className="aspect-square h-full rounded-full bg-line-control transition-transform duration-160 data-checked:translate-x-4 data-checked:bg-on-primary" />
    </BaseSwitch.Root>
  );
}
