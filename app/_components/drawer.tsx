'use client';

import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';

export type DrawerProps = { readonly open: boolean; readonly onOpenChange: (open: boolean) => void; readonly children: ReactNode };

export function Drawer({ open, onOpenChange, children }: DrawerProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fade-motion fixed inset-0 z-30 bg-scrim md:hidden" />
        <Dialog.Popup
          className="fixed inset-y-0 left-0 z-30 flex w-[min(19rem,86vw)] flex-col bg-sidebar pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)] shadow-pop outline-none transition-transform duration-240 data-ending-style:-translate-x-full data-starting-style:-translate-x-full md:hidden"
          aria-label="Navigation"
        >
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
