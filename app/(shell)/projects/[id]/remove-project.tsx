/** Forgetting a project: when it can be done, and the question before. Used by its menu and by its settings. */
'use client';

import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { ProjectView } from '../../../../server/contract/project.ts';
import { useLock, useSessions } from '../../../_data/live.tsx';
import { toProblem, useTRPC } from '../../../_data/rpc.ts';
import { ConfirmDialog } from '../../../_ui/dialog.tsx';

export function useRemoveProject(project: ProjectView) {
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
  return {
    inUse,
    disabledReason: lock ?? inUse,
    ask: () => setConfirming('yes'),
    confirming,
    onConfirming: (next: 'yes' | 'no') => {
      if (next === 'no') remove.reset();
      setConfirming(next);
    },
    pending: remove.isPending ? 'Removing…' : null,
    problem: remove.error === null ? null : toProblem(remove.error),
    confirm: () => remove.mutate({ id: project.id }),
  };
}

export type RemoveProjectDialogProps = { readonly project: ProjectView; readonly removal: ReturnType<typeof useRemoveProject> };

export function RemoveProjectDialog({ project, removal }: RemoveProjectDialogProps) {
  return (
    <ConfirmDialog
      open={removal.confirming === 'yes'}
      onOpenChange={(next) => removal.onConfirming(next ? 'yes' : 'no')}
      title={`Remove ${project.name}?`}
      action={`Remove ${project.name}`}
      pending={removal.pending}
      problem={removal.problem}
      onConfirm={removal.confirm}
    >
      <p>
        The dashboard forgets the project and its ended sessions. Your repository at{' '}
        <code className="wrap-anywhere font-mono text-ink text-xs">{project.path}</code>, its branches and its worktrees stay as they are.
      </p>
    </ConfirmDialog>
  );
}
