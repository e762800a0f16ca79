/** Parts of a place that each have an address: links that look like tabs. */
'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';

export type NavTab = { readonly href: string; readonly label: string };

export function NavTabs({ tabs, label }: { readonly tabs: readonly NavTab[]; readonly label: string }) {
  const path = usePathname();
  return (
    <nav aria-label={label} className="flex shrink-0 gap-5 overflow-x-auto border-line border-b px-4">
      {tabs.map((tab) => {
        const isHere = path === tab.href;
        return (
          <Link
            key={tab.href}
            href={tab.href}
            aria-current={isHere ? 'page' : undefined}
            className={clsx(
              'flex h-9 shrink-0 items-center border-b-2 font-medium transition-colors pointer-coarse:h-11',
              isHere ? 'border-ink text-ink' : 'border-transparent text-ink-muted hover:text-ink',
            )}
          >
            {tab.label}
          </Link>
        );
      })}
    </nav>
  );
}
