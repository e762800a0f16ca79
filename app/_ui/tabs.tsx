/** Panels of which one shows. For parts of a page with an address of their own use links instead (`nav-tabs.tsx`). */
'use client';

import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export type Tab<Value extends string> = { readonly value: Value; readonly label: ReactNode; readonly panel: ReactNode };

export type TabsProps<Value extends string> = {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly tabs: readonly Tab<Value>[];
  readonly label: string;
  readonly className?: string;
};

export function Tabs<Value extends string>({ value, onChange, tabs, label, className }: TabsProps<Value>) {
  return (
    <BaseTabs.Root value={value} onValueChange={(next) => onChange(next as Value)} className={clsx('flex min-h-0 flex-col', className)}>
      <BaseTabs.List aria-label={label} className="relative flex shrink-0 gap-4 overflow-x-auto border-line border-b px-4">
        {tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.value}
            value={tab.value}
            className="h-9 shrink-0 select-none font-medium text-ink-muted transition-colors hover:text-ink data-active:text-ink pointer-coarse:h-11"
          >
            {tab.label}
          </BaseTabs.Tab>
        ))}
        <BaseTabs.Indicator className="absolute bottom-0 left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) bg-ink transition-transform duration-160" />
      </BaseTabs.List>
      {tabs.map((tab) => (
        <BaseTabs.Panel key={tab.value} value={tab.value} className="min-h-0 flex-1">
          {tab.panel}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
