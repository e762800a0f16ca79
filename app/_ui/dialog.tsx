/**
 * Modal surfaces. `Dialog` closes by Escape and by a click beside it; `ConfirmDialog` is for what cannot be undone: it names what will
 * be lost, and focus starts on Cancel.
 */
'use client';

import { AlertDialog as BaseAlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { type ReactNode, type RefObject, useRef } from 'react';
import { Button, IconButton } from './button.tsx';
import { InlineError, type Problem } from './inline-error.tsx';

const backdrop = 'fade-motion fixed inset-0 z-40 bg-scrim';
const viewport = 'fixed inset-0 z-40 flex items-start justify-center overflow-y-auto px-3 py-[max(1rem,10dvh)] max-sm:items-end max-sm:p-0';
const popup = [
  'pop-motion relative w-full rounded-lg bg-raised shadow-pop outline-none',
  'max-sm:max-h-[94dvh] max-sm:overflow-y-auto max-sm:rounded-b-none max-sm:pb-[env(safe-area-inset-bottom)]',
];

export type DialogProps = {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly width?: 'sm' | 'md' | 'lg';
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly children: ReactNode;
};

const WIDTHS = { sm: 'sm:max-w-105', md: 'sm:max-w-135', lg: 'sm:max-w-180' } as const;

export function Dialog({ open, onOpenChange, title, description, width = 'md', initialFocus, children }: DialogProps) {
  const surface = useRef<HTMLDivElement | null>(null);
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdrop} />
        <BaseDialog.Viewport className={viewport}>
          <BaseDialog.Popup className={clsx(popup, WIDTHS[width])} ref={surface} initialFocus={initialFocus ?? surface}>
            <header className="flex items-start justify-between gap-3 px-5 pt-4 pb-3">
              <div>
                <BaseDialog.Title className="font-semibold text-lg">{title}</BaseDialog.Title>
                {description === undefined ? null : (
                  <BaseDialog.Description className="mt-0.5 text-ink-muted">{description}</BaseDialog.Description>
                )}
              </div>
              <BaseDialog.Close
                render={
                  <IconButton label="Close" shortcut="escape" className="-mr-2 -mt-1">
                    <X size={16} aria-hidden />
                  </IconButton>
                }
              />
            </header>
            {children}
          </BaseDialog.Popup>
        </BaseDialog.Viewport>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children, note }: { readonly children: ReactNode; readonly note?: ReactNode }) {
  return (
    <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t px-5 py-3">
      {note === undefined ? null : <div className="mr-auto text-ink-muted text-xs">{note}</div>}
      {children}
    </footer>
  );
}

export type ConfirmDialogProps = {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** What will happen and what is kept, with the names of the things. */
  readonly children: ReactNode;
  /** A verb and its object: "Kill app-3". */
  readonly action: string;
  readonly pending?: string | null;
  readonly problem?: Problem | null;
  readonly onConfirm: () => void;
};

export function ConfirmDialog({ open, onOpenChange, title, children, action, pending, problem, onConfirm }: ConfirmDialogProps) {
  const cancel = useRef<HTMLButtonElement | null>(null);
  return (
    <BaseAlertDialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <BaseAlertDialog.Portal>
        <BaseAlertDialog.Backdrop className={backdrop} />
        <BaseAlertDialog.Viewport className={viewport}>
          <BaseAlertDialog.Popup className={clsx(popup, WIDTHS.sm)} initialFocus={cancel}>
            <div className="px-5 pt-4 pb-4">
              <BaseAlertDialog.Title className="font-semibold text-lg">{title}</BaseAlertDialog.Title>
              <BaseAlertDialog.Description render={<div />} className="mt-2 space-y-2 text-ink-muted">
                {children}
              </BaseAlertDialog.Description>
              {problem === null || problem === undefined ? null : <InlineError problem={problem} className="mt-3" />}
            </div>
            <DialogActions>
              <BaseAlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
              <Button variant="danger" pending={pending} onClick={onConfirm}>
                {action}
              </Button>
            </DialogActions>
          </BaseAlertDialog.Popup>
        </BaseAlertDialog.Viewport>
      </BaseAlertDialog.Portal>
    </BaseAlertDialog.Root>
  );
}
