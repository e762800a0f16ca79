/** One of a few that are worth reading side by side. */
'use client';

import { Radio } from '@base-ui/react/radio';
import { RadioGroup as BaseRadioGroup } from '@base-ui/react/radio-group';
import { type ReactNode, useId } from 'react';

export type RadioOption<Value extends string> = { readonly value: Value; readonly label: string; readonly note?: ReactNode };

export type RadioGroupProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly RadioOption<Value>[];
  readonly disabled?: boolean;
};

export function RadioGroup<Value extends string>({ label, value, onChange, options, disabled = false }: RadioGroupProps<Value>) {
  const id = useId();
  return (
    <BaseRadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
      disabled={disabled}
      className="flex flex-col gap-1"
    >
      {options.map((option) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the radio within it is the control
        <label
          key={option.value}
          className="-mx-2 flex items-start gap-3 rounded-sm px-2 py-1.5 has-data-disabled:opacity-55 not-has-data-disabled:hover:bg-hover"
        >
          <Radio.Root
            value={option.value}
            aria-labelledby={`${id}-${option.value}`}
            className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border border-line-control data-checked:border-primary data-checked:bg-primary"
          >
            <Radio.Indicator className="size-1.5 rounded-full bg-on-primary" />
          </Radio.Root>
          <span>
            <span id={`${id}-${option.value}`}>{option.label}</span>
            {option.note === undefined ? null : <span className="block text-ink-muted text-xs">{option.note}</span>}
          </span>
        </label>
      ))}
    </BaseRadioGroup>
  );
}
