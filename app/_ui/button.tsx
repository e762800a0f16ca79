/**
 * Buttons. A disabled one stays focusable where it has a reason to give (`disabledReason`), because a control that is dead without
 * saying why reads as broken. A pending one keeps its width and its label: what it is doing is said in words, not by a spinner.
 */
'use client';

import { cva, type VariantProps } from 'class-variance-authority';
import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';
import { type ButtonLook, buttonClass } from './button-class.ts';
import { tip } from './tooltip.tsx';

/** Dead but not gone: it keeps the focus, so that it can say why, and does nothing. */
type Press = { readonly blocked: 'yes' | 'no'; readonly onClick: ComponentProps<'button'>['onClick'] };

function pressProps({ blocked, onClick }: Press): Pick<ComponentProps<'button'>, 'onClick' | 'aria-disabled'> & { 'data-disabled'?: '' } {
  if (blocked === 'no') return { onClick };
  return { 'aria-disabled': true, 'data-disabled': '', onClick: (event) => event.preventDefault() };
}

export type ButtonProps = Omit<ComponentProps<'button'>, 'className'> &
  ButtonLook & {
    readonly className?: string;
    /** Says why it cannot be used now; disables it, and shows on hover and focus. */
    readonly disabledReason?: string | null | undefined;
    /** What is going on since it was pressed, e.g. "Starting…". Disables it. */
    readonly pending?: string | null | undefined;
  };

export function Button({ variant, size, className, disabledReason, pending, disabled, onClick, children, ...props }: ButtonProps) {
  const reason = disabledReason ?? null;
  const busy = pending ?? null;
  const blocked = reason !== null || busy !== null ? 'yes' : 'no';
  return (
    <button
      type="button"
      {...props}
      {...pressProps({ blocked, onClick })}
      {...(disabled === true ? { disabled, 'data-disabled': '' } : {})}
      {...(reason === null ? {} : { 'aria-description': reason, ...tip(reason) })}
      aria-busy={busy !== null || undefined}
      className={clsx(buttonClass({ variant, size }), className)}
    >
      {busy ?? children}
    </button>
  );
}

const iconButton = cva(
  [
    'inline-flex shrink-0 items-center justify-center rounded-sm text-ink-muted transition-[background-color,color]',
    'not-data-disabled:hover:bg-hover not-data-disabled:hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink',
    'aria-pressed:bg-selected aria-pressed:text-ink data-disabled:cursor-not-allowed data-disabled:opacity-55',
  ],
  {
    variants: { size: { sm: 'size-6 pointer-coarse:size-10', md: 'size-8 pointer-coarse:size-11' } },
    defaultVariants: { size: 'md' },
  },
);

export type IconButtonProps = Omit<ComponentProps<'button'>, 'className' | 'aria-label'> &
  VariantProps<typeof iconButton> & {
    readonly className?: string;
    /** Its name: spoken, and shown as a tooltip. */
    readonly label: string;
    readonly shortcut?: string;
    readonly disabledReason?: string | null | undefined;
    readonly children: ReactNode;
  };

export function IconButton({ label, shortcut, size, className, disabledReason, disabled, onClick, children, ...props }: IconButtonProps) {
  const reason = disabledReason ?? null;
  return (
    <button
      type="button"
      {...props}
      {...pressProps({ blocked: reason === null ? 'no' : 'yes', onClick })}
      {...(disabled === true ? { disabled, 'data-disabled': '' } : {})}
      {...(reason === null ? tip(label, shortcut) : { 'aria-description': reason, ...tip(`${label}: ${reason}`) })}
      aria-label={label}
      className={clsx(iconButton({ size }), className)}
    >
      {children}
    </button>
  );
}
