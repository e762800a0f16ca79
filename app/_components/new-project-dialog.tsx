'use client';

import { RpcProvider } from '../_data/rpc-provider.tsx';
import { Dialog, DialogActions } from '../_ui/dialog.tsx';
import { NewProjectForm } from './new-project-form.tsx';

export type NewProjectDialogProps = { readonly open: boolean; readonly onOpenChange: (open: boolean) => void };

export function NewProjectDialog({ open, onOpenChange }: NewProjectDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add a project"
      description="Agents get worktrees of their own beside it; your checkout is left alone."
    >
      <RpcProvider>
        <NewProjectForm
          fieldsClass="px-5 pb-4"
          onDone={() => onOpenChange(false)}
          renderActions={(buttons) => <DialogActions>{buttons}</DialogActions>}
        />
      </RpcProvider>
    </Dialog>
  );
}
