/** What can be done with a project itself. Apart from its board, because menus and dialogs are not needed to see one. */
'use client';

import { useMutation } from '@tanstack/react-query';
import { Ellipsis, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { ProjectView } from '../../../../server/contract/project.ts';
import { useLock, useSessions } from '../../../_data/live.tsx';
import { toProblem, useTRPC } from '../../../_data/rpc.ts';
import { IconButton } from '../../../_ui/button.tsx';
import { ConfirmDialog } from '../../../_ui/dialog.tsx';
import { Menu, MenuItem } from '../../../_ui/menu.tsx';

export function ProjectMenu({ project }: { readonly project: ProjectView }) {
  const trpc = useTRPC();
  const router = useRouter();
  const lock = useLock();
  const running = useSessions(project.id).filter(({ phase }) => phase !== 'terminated').length;
  const [confirming, setConfirming] = useState<'yes' | 'no'>('no');
  const remove = useMutation(
    trpc.projects.remove.mutationOptions({
      onSuccess: () => {
        setConfirming('no');
        router.push('/');
      },
    }),
  );
  const inUse = running === 0 ? null : running === 1 ? 'One session still runs in it' : `${running} sessions still run in it`;
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More for ${project.name}`}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem
          icon={<Trash2 size={15} aria-hidden />}
          tone="danger"
          disabledReason={lock ?? inUse}
          onSelect={() => setConfirming('yes')}
        >
          Remove the project…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={confirming === 'yes'}
        onOpenChange={(next) => setConfirming(next ? 'yes' : 'no')}
        title={`Remove ${project.name}?`}
        action={`Remove ${project.name}`}
        pending={remove.isPending ? 'Removing…' : null}
        problem={remove.error === null ? null : toProblem(remove.error)}
        onConfirm={() => remove.mutate({ id: project.id })}
      >
        <p>
          The dashboard forgets the project and its ended sessions. Your repository at{' '}
          <code className="font-mono text-ink text-xs">{project.path}</code>, its branches and its worktrees stay as they are.
        </p>
      </ConfirmDialog>
    </>
  );
}
