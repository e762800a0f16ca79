/** The dialogs that can be opened from anywhere. Their code arrives with the first opening; what was typed in them survives a closing. */
'use client';

import nextDynamic from 'next/dynamic';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

const NewProjectDialog = nextDynamic(() => import('./new-project-dialog.tsx').then((file) => file.NewProjectDialog), { ssr: false });
const NewSessionDialog = nextDynamic(() => import('./new-session-dialog.tsx').then((file) => file.NewSessionDialog), { ssr: false });
const CommandPalette = nextDynamic(() => import('./command-palette.tsx').then((file) => file.CommandPalette), { ssr: false });
const ShortcutsDialog = nextDynamic(() => import('./shortcuts-dialog.tsx').then((file) => file.ShortcutsDialog), { ssr: false });

type Open =
  | { readonly dialog: 'none' }
  | { readonly dialog: 'new-project' }
  | { readonly dialog: 'new-session'; readonly projectId: string | null }
  | { readonly dialog: 'palette' }
  | { readonly dialog: 'shortcuts' };

export type Dialogs = {
  readonly newProject: () => void;
  readonly newSession: (projectId?: string) => void;
  readonly palette: () => void;
  readonly shortcuts: () => void;
};

const DialogsContext = createContext<Dialogs | null>(null);

export function DialogsProvider({ children }: { readonly children: ReactNode }) {
  const [open, setOpen] = useState<Open>({ dialog: 'none' });
  const [used, setUsed] = useState<ReadonlySet<Open['dialog']>>(new Set());
  const dialogs = useMemo((): Dialogs => {
    const show = (next: Open): void => {
      setUsed((before) => new Set(before).add(next.dialog));
      setOpen(next);
    };
    return {
      newProject: () => show({ dialog: 'new-project' }),
      newSession: (projectId) => show({ dialog: 'new-session', projectId: projectId ?? null }),
      palette: () => show({ dialog: 'palette' }),
      shortcuts: () => show({ dialog: 'shortcuts' }),
    };
  }, []);
  const onOpenChange = (next: boolean): void => {
    if (!next) setOpen({ dialog: 'none' });
  };
  return (
    <DialogsContext value={dialogs}>
      {children}
      {used.has('new-project') ? <NewProjectDialog open={open.dialog === 'new-project'} onOpenChange={onOpenChange} /> : null}
      {used.has('new-session') ? (
        <NewSessionDialog
          open={open.dialog === 'new-session'}
          projectId={open.dialog === 'new-session' ? open.projectId : null}
          onOpenChange={onOpenChange}
        />
      ) : null}
      {used.has('palette') ? <CommandPalette open={open.dialog === 'palette'} onOpenChange={onOpenChange} /> : null}
      {used.has('shortcuts') ? <ShortcutsDialog open={open.dialog === 'shortcuts'} onOpenChange={onOpenChange} /> : null}
    </DialogsContext>
  );
}

export function useDialogs(): Dialogs {
  const dialogs = useContext(DialogsContext);
  if (dialogs === null) throw new Error('Dialogs are opened outside of DialogsProvider.');
  return dialogs;
}
