/** Asks before a session is ended: names it, its branch, and what of its work is not committed. */
'use client';

import { useQuery } from '@tanstack/react-query';
import type { SessionDirt, SessionView } from '../../../server/contract/session.ts';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { nameOf } from '../../_data/status.ts';
import { ConfirmDialog } from '../../_ui/dialog.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import type { SessionActions } from './use-session-actions.ts';

const FILES_SHOWN = 8;

export function KillDialog({ session, kill }: { readonly session: SessionView; readonly kill: SessionActions['kill'] }) {
  const trpc = useTRPC();
  const open = kill.confirming === 'yes';
  const dirt = useQuery({ ...trpc.sessions.dirt.queryOptions({ id: session.id }), enabled: open, staleTime: 0, gcTime: 0 });
  const name = nameOf(session);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) kill.cancel();
      }}
      title={`Kill ${name === session.id ? session.id : `${name} (${session.id})`}?`}
      action={`Kill ${session.id}`}
      pending={kill.pending}
      problem={kill.problem}
      onConfirm={kill.confirm}
    >
      <p>
        Its agent and every process it started are ended. The branch <code className="font-mono text-ink text-xs">{session.branch}</code>{' '}
        stays, with everything committed on it. It does not come back by itself; you can restore it.
      </p>
      {dirt.data === undefined ? (
        dirt.error === null ? (
          <div>
            <span className="sr-only">Looking for uncommitted files</span>
            <Skeleton className="h-5 w-56" />
          </div>
        ) : (
          <p>Whether anything is uncommitted is not known: {toProblem(dirt.error).message} What is there is kept.</p>
        )
      ) : (
        <Dirt dirt={dirt.data} />
      )}
    </ConfirmDialog>
  );
}

function Dirt({ dirt }: { readonly dirt: SessionDirt }) {
  if (dirt.worktree === 'missing') return <p>Its worktree is not there any more: it was deleted by hand.</p>;
  if (dirt.worktree === 'unknown')
    return <p>Its worktree cannot be looked at right now. If there is uncommitted work in it, it is kept.</p>;
  if (dirt.total === 0) return <p>Nothing is uncommitted: its worktree is removed.</p>;
  const shown = dirt.files.slice(0, FILES_SHOWN);
  return (
    <div>
      <p>
        <strong className="font-medium text-status-needs-you">
          {dirt.total === 1 ? 'One file is not committed' : `${dirt.total} files are not committed`}
        </strong>
        , so the worktree is kept as it is:
      </p>
      <ul className="mt-1.5 max-h-44 overflow-y-auto rounded-sm bg-sidebar px-3 py-2 font-mono text-ink text-xs leading-5 ring-1 ring-line ring-inset">
        {shown.map((file) => (
          <li key={file} className="truncate" title={file}>
            {file}
          </li>
        ))}
        {dirt.total > shown.length ? <li className="text-ink-muted">and {dirt.total - shown.length} more</li> : null}
      </ul>
    </div>
  );
}
