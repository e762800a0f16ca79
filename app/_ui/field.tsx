/** A labelled form control with its hint and its error; Base UI ties them together for assistive technology. */
'use client';

import { Field as BaseField } from '@base-ui/react/field';
import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';
import { controlClass } from './control-class.ts';

export type FieldProps = {
  readonly label: string;
  /** "Optional" and the like, beside the label. */
  readonly note?: string;
  readonly hint?: ReactNode;
  readonly error?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
};

export function Field({ label, note, hint, error, className, children }: FieldProps) {
  const invalid = error !== undefined && error !== null && error !== false;
  return (
    <BaseField.Root invalid={invalid} className={clsx('flex flex-col gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-2">
        <BaseField.Label className="font-medium text-ink text-sm">{label}</BaseField.Label>
        {note === undefined ? null : <span className="text-ink-faint text-xs">{note}</span>}
      </div>
      {children}
      {invalid ? (
        <BaseField.Error match className="wrap-anywhere text-status-trouble text-xs">
          {error}
        </BaseField.Error>
      ) : null}
      {hint === undefined || hint === null ? null : (
        <BaseField.Description render={<div />} className="text-ink-muted text-xs">
          {hint}
        </BaseField.Description>
      )}
    </BaseField.Root>
  );
}

export type InputProps = Omit<ComponentProps<typeof BaseField.Control>, 'className'> & {
  readonly className?: string;
  /** For paths, branches, commands and ids. */
  readonly mono?: 'mono';
};

export function Input({ className, mono, ...props }: InputProps) {
  return (
    <BaseField.Control
      autoComplete="off"
      {...props}
      className={clsx(controlClass, 'h-8 px-2.5', mono === 'mono' && 'font-mono text-xs', className)}
      {...(mono === 'mono' ? { spellCheck: false, autoCapitalize: 'off', autoCorrect: 'off' } : {})}
    />
  );
}

export type TextAreaProps = Omit<ComponentProps<'textarea'>, 'className'> & { readonly className?: string };

export function TextArea({ className, ...props }: TextAreaProps) {
  return (
    <BaseField.Control
      render={<textarea {...props} />}
      className={clsx(controlClass, 'field-sizing-content max-h-80 min-h-24 resize-y px-2.5 py-2 leading-5', className)}
    />
  );
}
