/** In place of the terminal of a session that has ended: why, what became of its work, and the way back. */
'use client';

import { CircleCheck, GitMerge } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SessionView } from '../../../server/contract/session.ts';
import { Button } from '../../_ui/button.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { worktreeFate } from './describe-event.ts';
import { useSessionEvents } from './session-timeline.tsx';
import type { SessionActions } from './use-session-actions.ts';

const Mono = ({ children }: { readonly children: ReactNode }) => (
  <code className="wrap-anywhere font-mono text-ink text-xs">{children}</code>
);

export function SessionOver({ session, restore }: { readonly session: SessionView; readonly restore: SessionActions['restore'] }) {
  const events = useSessionEvents(session);
  const fate = worktreeFate(events.data ?? []);
  const isMerged = session.status === 'merged';
  return (
    <EmptyState
      className="my-auto"
      icon={isMerged ? <GitMerge size={20} /> : <CircleCheck size={20} />}
      title={isMerged ? `${session.id} was merged` : `${session.id} has ended`}
      actions={
        <Button variant="primary" pending={restore.pending} disabledReason={restore.disabledReason} onClick={restore.run}>
          Restore it
        </Button>
      }
    >
      <p className="wrap-anywhere">{session.reason}</p>
      <p className="mt-2">
        {fate === 'removed' ? (
          <>
            Its worktree was removed. Everything committed is on <Mono>{session.branch}</Mono>.
          </>
        ) : fate === 'kept' ? (
          <>
            Its worktree is kept, with what was not committed: <Mono>{session.workspacePath}</Mono>
          </>
        ) : fate === 'missing' ? (
          <>
            Its worktree was already gone. Everything committed is on <Mono>{session.branch}</Mono>.
          </>
        ) : (
          <>
            Its branch is <Mono>{session.branch}</Mono>, its worktree <Mono>{session.workspacePath}</Mono>
          </>
        )}
      </p>
      {session.preservedRef === null ? null : (
        <p className="mt-2">
          Uncommitted work is kept as <Mono>{session.preservedRef}</Mono>
        </p>
      )}
      <p className="mt-2">Restore brings it back under the same id, in the same worktree.</p>
    </EmptyState>
  );
}
