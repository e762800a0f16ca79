/** A menu of actions behind a button. Keyboard, type-ahead and focus are Base UI's. */
'use client';

import { Menu as BaseMenu } from '@base-ui/react/menu';
import { clsx } from 'clsx';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './kbd.tsx';

export type MenuProps = {
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly align?: 'start' | 'center' | 'end';
  readonly side?: 'top' | 'bottom' | 'left' | 'right';
  readonly children: ReactNode;
};

export function Menu({ trigger, align = 'end', side = 'bottom', children }: MenuProps) {
  return (
    <BaseMenu.Root modal={false}>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal container={pageContent()}>
        <BaseMenu.Positioner align={align} side={side} sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <BaseMenu.Popup className="pop-motion max-h-(--available-height) min-w-44 max-w-(--available-width) origin-(--transform-origin) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            {children}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

/** A menu is part of the page's content and no dialog of its own: it belongs into the landmark, not beside it. */
function pageContent(): HTMLElement | undefined {
  return typeof document === 'undefined' ? undefined : (document.getElementById('main') ?? undefined);
}

export type MenuItemProps = {
  readonly icon?: ReactNode;
  readonly shortcut?: string;
  readonly tone?: 'normal' | 'danger';
  /** Why it cannot be chosen now; shown under its name. */
  readonly disabledReason?: string | null;
  readonly onSelect: () => void;
  readonly children: ReactNode;
};

export function MenuItem({ icon, shortcut, tone = 'normal', disabledReason, onSelect, children }: MenuItemProps) {
  const reason = disabledReason ?? null;
  return (
    <BaseMenu.Item
      disabled={reason !== null}
      onClick={onSelect}
      className={clsx(
        'flex min-h-8 select-none items-center gap-2 rounded-sm px-2 py-1 outline-none data-highlighted:bg-selected pointer-coarse:min-h-11',
        tone === 'danger' ? 'text-status-trouble' : 'text-ink',
        reason !== null && 'text-ink-faint',
      )}
    >
      {icon === undefined ? null : <span className="shrink-0 text-ink-muted [[data-highlighted]_&]:text-current">{icon}</span>}
      <span className="flex-1">
        {children}
        {reason === null ? null : <span className="block text-2xs">{reason}</span>}
      </span>
      {shortcut === undefined ? null : <Kbd keys={shortcut} />}
    </BaseMenu.Item>
  );
}

export function MenuSeparator() {
  return <BaseMenu.Separator className="mx-1 my-1 h-px bg-line" />;
}
