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
          {sidebar}
        </Drawer>
      ) : null}
    </SidebarContext>
  );
}

export function useSidebar(): Sidebar {
  return useContext(SidebarContext);
}
