/** On a phone the sidebar is a drawer; this knows whether it is open, and closes it when the page changes. */
'use client';

import nextDynamic from 'next/dynamic';
import { usePathname } from 'next/navigation';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

const Drawer = nextDynamic(() => import('./drawer.tsx').then((file) => file.Drawer), { ssr: false });

type Sidebar = { readonly open: () => void };

const SidebarContext = createContext<Sidebar>({ open: () => undefined });

export type SidebarDrawerProps = { readonly sidebar: ReactNode; readonly children: ReactNode };

export function SidebarDrawer({ sidebar, children }: SidebarDrawerProps) {
  const path = usePathname();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const [used, setUsed] = useState<'yes' | 'no'>('no');
  const value = useMemo((): Sidebar => {
    const open = (): void => {
      setUsed('yes');
      setOpenAt(path);
    };
    return { open };
  }, [path]);
  return (
    <SidebarContext value={value}>
      {children}
      {used === 'yes' ? (
        <Drawer open={openAt === path} onOpenChange={(next) => setOpenAt(next ? path : null)}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: what is pressed is a button or a link within it; a dialog it opens must not stand on the drawer */}
          <div className="contents" onClick={(event) => isChoice(event.target) && setOpenAt(null)}>
            {sidebar}
          </div>
        </Drawer>
      ) : null}
    </SidebarContext>
  );
}

function isChoice(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button:not([aria-disabled=true])') !== null;
}

export function useSidebar(): Sidebar {
  return useContext(SidebarContext);
}
