/** What can be done with a session: each with what is going on, why it failed, and why it cannot be done now. */
'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { RecoveryResult, SessionView } from '../../../server/contract/session.ts';
import { useLearn, useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { nameOf } from '../../_data/status.ts';
import type { Problem } from '../../_ui/inline-error.tsx';
import { say } from '../../_ui/toaster.tsx';

export type SessionAction = {
  readonly pending: string | null;
  /** `null`: can be done now. */
  readonly disabledReason: string | null;
  readonly run: () => void;
};

export type SessionActions = {
  readonly resume: SessionAction;
  /** Also what brings a session back whose recovery failed. */
  readonly restore: SessionAction;
  readonly kill: SessionAction & {
    readonly confirming: 'yes' | 'no';
    readonly confirm: () => void;
    readonly cancel: () => void;
    readonly problem: Problem | null;
  };
  readonly rename: {
    readonly pending: string | null;
    readonly problem: Problem | null;
    readonly run: (title: string) => Promise<'done' | 'failed'>;
  };
  /** The last thing that failed, and what it was. */
  readonly problem: Problem | null;
  readonly dismiss: () => void;
};

const MODES: Readonly<Record<RecoveryResult['mode'], string>> = {
  resumed: 'with its conversation',
  replayed: 'from its prompt: its conversation could not be continued',
  fresh: 'afresh',
};

export function useSessionActions(session: SessionView): SessionActions {
  const trpc = useTRPC();
  const learn = useLearn();
  const lock = useLock();
  const [confirming, setConfirming] = useState<'yes' | 'no'>('no');
  const id = session.id;
  const name = nameOf(session);

  const cameBack = (verb: string) => (result: RecoveryResult) => {
    const { mode, ...view } = result;
    learn.learnSession(view);
    say(`${name} ${verb}`, { detail: `It runs ${MODES[mode]}.` });
  };
  const resume = useMutation(trpc.sessions.resume.mutationOptions({ onSuccess: cameBack('resumed') }));
  const restore = useMutation(trpc.sessions.restore.mutationOptions({ onSuccess: cameBack('is back') }));
  const kill = useMutation(
    trpc.sessions.kill.mutationOptions({
      onSuccess: ({ worktree, worktreeNote, ...view }) => {
        learn.learnSession(view);
        setConfirming('no');
        say(`${name} ended`, {
          detail: worktree === 'removed' ? 'Its worktree was removed; the branch stays.' : (worktreeNote ?? 'Its worktree is kept.'),
        });
      },
    }),
  );
  const rename = useMutation(trpc.sessions.rename.mutationOptions({ onSuccess: learn.learnSession }));

  const busy = resume.isPending
    ? 'It is being resumed'
    : restore.isPending
      ? 'It is being brought back'
      : kill.isPending
        ? 'It is being ended'
        : null;
  const now = (why: string | null): string | null => lock ?? why ?? busy;
  const isOver = session.phase === 'terminated';
  const failed = [resume.error, restore.error].find((error) => error !== null) ?? null;

  return {
    resume: {
      pending: resume.isPending ? 'Resuming…' : null,
      disabledReason: now(session.status === 'exited' ? null : 'Its agent has not exited'),
      run: () => resume.mutate({ id }),
    },
    restore: {
      pending: restore.isPending ? 'Bringing it back…' : null,
      disabledReason: now(isOver || session.status === 'needs_recovery' ? null : 'It has not ended'),
      run: () => restore.mutate({ id }),
    },
    kill: {
      pending: kill.isPending ? 'Ending…' : null,
      disabledReason: now(isOver ? 'It has already ended' : null),
      run: () => setConfirming('yes'),
      confirming,
      confirm: () => kill.mutate({ id }),
      cancel: () => {
        setConfirming('no');
        kill.reset();
      },
      problem: kill.error === null ? null : toProblem(kill.error),
    },
    rename: {
      pending: rename.isPending ? 'Saving…' : null,
      problem: rename.error === null ? null : toProblem(rename.error),
      run: (title) =>
        rename.mutateAsync({ id, title }).then(
          () => 'done' as const,
          () => 'failed' as const,
        ),
    },
    problem: failed === null ? null : toProblem(failed),
    dismiss: () => {
      resume.reset();
      restore.reset();
    },
  };
}
