/** Whose the daemon is, who holds it up, when it would end, and the button that ends it on purpose. */
'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Power } from 'lucide-react';
import { useState } from 'react';
import type { DaemonStatus } from '../../../server/contract/daemon.ts';
import { useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { formatFull, useNow } from '../../_data/time.ts';
import { Button } from '../../_ui/button.tsx';
import { ConfirmDialog } from '../../_ui/dialog.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { RadioGroup, type RadioOption } from '../../_ui/radio-group.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { Fact, Section } from './section.tsx';

const LOOK_EVERY_MS = 3_000;

export function DaemonSection() {
  const trpc = useTRPC();
  const lock = useLock();
  const status = useQuery({ ...trpc.daemon.status.queryOptions(), enabled: lock === null, refetchInterval: LOOK_EVERY_MS });
  return (
    <Section title="Daemon" lead="It watches the agents and answers this page. The agents outlive it: ending it ends none of them.">
      {status.data === undefined ? (
        status.error === null ? (
          <div className="flex flex-col gap-3">
            <Skeleton className="h-5 w-72" />
            <Skeleton className="h-5 w-64" />
            <Skeleton className="h-5 w-80" />
          </div>
        ) : (
          <InlineError problem={toProblem(status.error)} />
        )
      ) : (
        <DaemonFacts status={status.data} />
      )}
    </Section>
  );
}

type Owner = DaemonStatus['owner'];

function ownerOptions(current: Owner): readonly RadioOption<Owner>[] {
  const options: RadioOption<Owner>[] = [
    {
      value: 'app',
      label: 'Stop it',
      note: 'After a grace of 5 s, unless AO_GRACE_MS says otherwise; a reload changes nothing. The next visit starts it again.',
    },
    {
      value: 'persistent',
      label: 'Keep it running',
      note: 'Until it is stopped on purpose, whoever watches.',
    },
  ];
  const headless: RadioOption<Owner> = {
    value: 'headless',
    label: 'Keep it running, as ao start began it',
    note: 'It belongs to the terminal, and no tab ends it.',
  };
  return current === 'headless' ? [...options, headless] : options;
}

function DaemonFacts({ status }: { readonly status: DaemonStatus }) {
  const trpc = useTRPC();
  const lock = useLock();
  const queries = useQueryClient();
  const nowMs = useNow('second');
  const setOwner = useMutation(
    trpc.daemon.setOwner.mutationOptions({
      onSuccess: (next) => queries.setQueryData(trpc.daemon.status.queryKey(), next),
    }),
  );
  const graceLeftS =
    status.graceEndsAt === null || nowMs === 0 ? null : Math.max(0, Math.ceil((Date.parse(status.graceEndsAt) - nowMs) / 1_000));
  return (
    <>
      <h3 className="mb-1 font-medium text-ink-muted text-xs">When the last tab leaves</h3>
      <RadioGroup
        label="When the last tab leaves"
        value={setOwner.isPending ? setOwner.variables.owner : status.owner}
        onChange={(owner) => setOwner.mutate({ owner })}
        options={ownerOptions(status.owner)}
        disabled={lock !== null}
      />
      {setOwner.error === null ? null : <InlineError problem={toProblem(setOwner.error)} className="mt-2" />}
      <dl className="mt-4 border-line border-t">
        <Fact name="Held up by">
          {status.owner === 'app' ? describeHolders(status) : 'Nobody needs to: it keeps running'}
          {graceLeftS === null ? null : <span className="ml-2 text-status-needs-you">ends in {graceLeftS} s unless somebody returns</span>}
        </Fact>
        <Fact name="Running since">
          <time dateTime={status.startedAt}>{formatFull(status.startedAt)}</time>
        </Fact>
        <Fact name="Process">
          <span className="font-mono text-xs">
            pid {status.pid}, port {status.port}
          </span>
        </Fact>
        <Fact name="Version">
          <span className="font-mono text-xs">{status.version}</span>
        </Fact>
        <Fact name="Last stop">
          {status.lastStop === null ? (
            'None is known'
          ) : (
            <>
              {status.lastStop.reason} <span className="text-ink-muted">({formatFull(status.lastStop.at)})</span>
            </>
          )}
        </Fact>
      </dl>
      <StopDaemon />
    </>
  );
}

function describeHolders({ holders }: DaemonStatus): string {
  const tabs = holders.filter(({ kind }) => kind === 'tab').length;
  const others = holders.length - tabs;
  const parts = [
    ...(tabs > 0 ? [tabs === 1 ? '1 tab' : `${tabs} tabs`] : []),
    ...(others > 0 ? [others === 1 ? '1 other client' : `${others} other clients`] : []),
  ];
  return parts.length === 0 ? 'Nobody' : parts.join(' and ');
}

function StopDaemon() {
  const trpc = useTRPC();
  const lock = useLock();
  const [confirming, setConfirming] = useState<'yes' | 'no'>('no');
  const stop = useMutation(trpc.daemon.stop.mutationOptions({ onSuccess: () => setConfirming('no') }));
  return (
    <div className="mt-4">
      <Button disabledReason={lock} onClick={() => setConfirming('yes')}>
        <Power size={14} aria-hidden />
        Stop the daemon…
      </Button>
      <ConfirmDialog
        open={confirming === 'yes'}
        onOpenChange={(next) => setConfirming(next ? 'yes' : 'no')}
        title="Stop the daemon?"
        action="Stop the daemon"
        pending={stop.isPending ? 'Stopping…' : null}
        problem={stop.error === null ? null : toProblem(stop.error)}
        onConfirm={() => stop.mutate()}
      >
        <p>Every agent keeps running in its terminal. Pages cannot show or steer them until the daemon is started again, here or with</p>
        <p>
          <code className="font-mono text-ink text-xs">ao start</code>
        </p>
      </ConfirmDialog>
    </div>
  );
}
