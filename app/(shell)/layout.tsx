/** The frame of every screen but pairing: sidebar, connection banner, the page, and what floats above. */
import type { ReactNode } from 'react';
import { AppCommands } from '../_components/app-commands.tsx';
import { ConnectionBanner } from '../_components/connection-banner.tsx';
import { DialogsProvider } from '../_components/dialogs.tsx';
import { PairedOnly } from '../_components/paired-only.tsx';
import { SessionWatcher } from '../_components/session-watcher.tsx';
import { Sidebar } from '../_components/sidebar.tsx';
import { SidebarDrawer } from '../_components/sidebar-drawer.tsx';
import { Announcer } from '../_data/announcer.tsx';
import { CommandProvider } from '../_data/commands.tsx';
import { LiveProvider } from '../_data/live.tsx';
import { Toaster } from '../_ui/toaster.tsx';
import { TooltipLayer } from '../_ui/tooltip.tsx';

export default function ShellLayout({ children }: { readonly children: ReactNode }) {
  return (
    <LiveProvider>
      <Announcer>
        <CommandProvider>
          <DialogsProvider>
            <SidebarDrawer sidebar={<Sidebar />}>
              <a
                href="#main"
                className="fixed top-2 left-2 z-60 -translate-y-16 rounded-sm bg-primary px-3 py-2 font-medium text-on-primary focus:translate-y-0"
              >
                Skip to the content
              </a>
              <div className="flex h-dvh">
                <aside
                  aria-label="Projects and sessions"
                  className="flex w-60 shrink-0 flex-col border-line border-r bg-sidebar max-md:hidden"
                >
                  <Sidebar />
                </aside>
                <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
                  <ConnectionBanner />
                  <PairedOnly>{children}</PairedOnly>
                </main>
              </div>
            </SidebarDrawer>
            <AppCommands />
            <SessionWatcher />
            <Toaster />
            <TooltipLayer />
          </DialogsProvider>
        </CommandProvider>
      </Announcer>
    </LiveProvider>
  );
}
