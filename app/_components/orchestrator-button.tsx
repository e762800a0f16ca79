/**
 * The one way to a project's orchestrator. Asking twice never makes a second one: the daemon answers with the one that is there,
 * brings it back if it can, and starts one only if there is none.
 */
'use client';

import { useMutation } from '@tanstack/react-query';
import { Waypoints } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ComponentProps } from 'react';
import { useLearn, useLock, useSessions } from '../_data/live.tsx';
import { toProblem, useTRPC } from '../_data/rpc.ts';
import { Button } from '../_ui/button.tsx';
import type { Problem } from '../_ui/inline-error.tsx';

export type OrchestratorAccess = {
  readonly label: string;
  readonly pending: string | null;
  readonly problem: Problem | null;
  readonly disabledReason: string | null;
  readonly open: () => void;
};

/** Those that are simply there; any other state is the daemon's to settle first. */
const THERE: ReadonlySet<string> = new Set(['working', 'needs_you', 'idle', 'running', 'no_signal', 'unknown', 'spawning', 'recovering']);

export function useOrchestrator(projectId: string): OrchestratorAccess {
  const trpc = useTRPC();
  const router = useRouter();
  const learn = useLearn();
  const lock = useLock();
  const current = useSessions(projectId).find(
    ({ kind, slot, phase }) => kind === 'orchestrator' && slot === 'current' && phase !== 'terminated',
  );
  const ensure = useMutation(
    trpc.orchestrator.ensure.mutationOptions({
      onSuccess: ({ session }) => {
        learn.learnSession(session);
        router.push(`/sessions/${session.id}`);
      },
    }),
  );
  const isThere = current !== undefined && THERE.has(current.status);
  return {
    label: current === undefined ? 'Start the orchestrator' : 'Orchestrator',
    pending: ensure.isPending ? (current === undefined ? 'Starting…' : 'Bringing it back…') : null,
    problem: ensure.error === null ? null : toProblem(ensure.error),
    disabledReason: isThere ? null : lock,
    open: () => (isThere ? router.push(`/sessions/${current.id}`) : ensure.mutate({ projectId })),
  };
}

export type OrchestratorButtonProps = {
  readonly access: OrchestratorAccess;
  readonly variant?: ComponentProps<typeof Button>['variant'];
};

export function OrchestratorButton({ access, variant = 'secondary' }: OrchestratorButtonProps) {
  return (
    <Button variant={variant} pending={access.pending} disabledReason={access.disabledReason} onClick={access.open}>
      <Waypoints size={15} aria-hidden />
      {access.label}
    </Button>
  );
}
