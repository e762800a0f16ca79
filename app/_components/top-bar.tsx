/** The line above a page's content: where we are, and what can be done here. On a phone it also opens the sidebar. */
'use client';

import { PanelLeft } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { IconButton } from '../_ui/button.tsx';
import { PageTitle } from './page-title.tsx';
import { useSidebar } from './sidebar-drawer.tsx';

export type Crumb = { readonly label: string; readonly href: string };

export type TopBarProps = {
  /** The page's name; also the tab's. */
  readonly title: string;
  /** What stands in the bar in place of the plain title, e.g. one that can be edited. */
  readonly heading?: ReactNode;
  readonly crumbs?: readonly Crumb[];
  /** Beside the title: a badge, a count. */
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
};

export function TopBar({ title, heading, crumbs = [], aside, actions }: TopBarProps) {
  const sidebar = useSidebar();
  return (
    <header className="flex min-h-12 shrink-0 items-center gap-2 border-line border-b px-4 max-md:gap-1 max-md:px-2 max-md:pt-[env(safe-area-inset-top)]">
      <PageTitle title={title} />
      <IconButton label="Open the sidebar" className="md:hidden" onClick={sidebar.open}>
        <PanelLeft size={18} aria-hidden />
      </IconButton>
      <div className="flex min-w-0 flex-1 items-center gap-1.5">
        {crumbs.map((crumb) => (
          <span key={crumb.href} className="flex shrink-0 items-center gap-1.5 text-ink-muted max-md:hidden">
            <Link href={crumb.href} className="max-w-40 truncate rounded-sm hover:text-ink">
              {crumb.label}
            </Link>
            <span aria-hidden className="text-ink-faint">
              /
            </span>
          </span>
        ))}
        {heading ?? <h1 className="min-w-0 truncate font-semibold text-sm">{title}</h1>}
        {aside}
      </div>
      {actions === undefined ? null : <div className="flex shrink-0 items-center gap-1.5">{actions}</div>}
    </header>
  );
}
