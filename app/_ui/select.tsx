/** One of a few. Each choice may carry a note, and a reason why it cannot be chosen. */
'use client';

import { Select as BaseSelect } from '@base-ui/react/select';
import { clsx } from 'clsx';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { controlClass } from './control-class.ts';

export type SelectOption<Value extends string> = {
  readonly value: Value;
  readonly label: string;
  readonly note?: ReactNode;
  readonly disabled?: boolean;
};

export type SelectProps<Value extends string> = {
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
  readonly options: readonly SelectOption<Value>[];
  readonly placeholder?: string;
  /** Only where no visible label is tied to it. */
  readonly label?: string;
  readonly className?: string;
};

export function Select<Value extends string>({ value, onChange, options, placeholder = 'Choose…', label, className }: SelectProps<Value>) {
  return (
    <BaseSelect.Root<Value>
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
      modal={false}
    >
      <BaseSelect.Trigger
        {...(label === undefined ? {} : { 'aria-label': label })}
        className={clsx(controlClass, 'flex h-8 select-none items-center justify-between gap-2 px-2.5 text-left', className)}
      >
        <BaseSelect.Value className="truncate data-placeholder:text-ink-faint" placeholder={placeholder} />
        <BaseSelect.Icon className="shrink-0 text-ink-muted">
          <ChevronsUpDown size={14} aria-hidden />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner alignItemWithTrigger={false} sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <BaseSelect.Popup className="pop-motion max-h-(--available-height) min-w-(--anchor-width) origin-(--transform-origin) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            <BaseSelect.List>
              {options.map((option) => (
                <BaseSelect.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled === true}
                  className={clsx(
                    'grid min-h-8 select-none grid-cols-[1rem_1fr_auto] items-center gap-2 rounded-sm py-1 pr-2.5 pl-2 outline-none data-highlighted:bg-selected pointer-coarse:min-h-11',
                    option.disabled === true ? 'text-ink-faint' : 'text-ink',
                  )}
                >
                  <BaseSelect.ItemIndicator className="col-start-1">
                    <Check size={14} aria-hidden />
                  </BaseSelect.ItemIndicator>
                  <BaseSelect.ItemText className="col-start-2">{option.label}</BaseSelect.ItemText>
                  {option.note === undefined ? null : <span className="col-start-3 text-ink-muted text-xs">{option.note}</span>}
                </BaseSelect.Item>
              ))}
            </BaseSelect.List>
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}
