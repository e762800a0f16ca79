/** A small panel behind a button, for what is read rather than chosen from. Focus and Escape are Base UI's. */
'use client';

import { Popover as BasePopover } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';

export type PopoverProps = {
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly title: string;
  readonly children: ReactNode;
};

export function Popover({ trigger, title, children }: PopoverProps) {
  return (
    <BasePopover.Root>
      <BasePopover.Trigger render={trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner align="end" sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <BasePopover.Popup className="pop-motion max-h-(--available-height) w-80 max-w-(--available-width) origin-(--transform-origin) overflow-y-auto rounded-md bg-raised p-3 text-ink text-sm shadow-pop outline-none">
            <BasePopover.Title className="font-medium text-ink-muted text-xs">{title}</BasePopover.Title>
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}
