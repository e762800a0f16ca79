/** Whose the daemon is, who holds it up, when it would end, and the button that ends it on purpose. */
'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Power } from 'lucide-react';
import { useState } from 'react';
import type { DaemonStatus } from '../../../server/contract/daemon.ts';
import { Awaited } from '../../_components/awaited.tsx';
import { useConnection, useLock, useSocket } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { formatDuration, formatFull, formatMoment, useNow } from '../../_data/time.ts';
import { Button } from '../../_ui/button.tsx';
import { ConfirmDialog } from '../../_ui/dialog.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { RadioGroup, type RadioOption } from '../../_ui/radio-group.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { Fact, Section } from './section.tsx';

const LOOK_EVERY_MS = 3_000;

export function DaemonSection() {
  const trpc = useTRPC();
  const { kind } = useConnection();
  // What a daemon said of itself that has ended since is no news of it.
  const isUp = kind !== 'stopped' && kind !== 'failed';
  // Also while the socket is down and requests may get through: then nobody holds the daemon, and its countdown is worth seeing.
  const enabled = kind === 'live' || kind === 'reconnecting';
  const status = useQuery({ ...trpc.daemon.status.queryOptions(), enabled, refetchInterval: LOOK_EVERY_MS });
  return (
    <Section title="Daemon" lead="It watches the agents and answers this page. The agents outlive it: ending it ends none of them.">
      {status.data !== undefined && isUp ? (
        <DaemonFacts status={status.data} />
      ) : status.error !== null && isUp ? (
        <InlineError problem={toProblem(status.error)} />
      ) : (
        <Awaited>
          <div className="flex flex-col gap-3">
            <Skeleton className="h-5 w-72" />
            <Skeleton className="h-5 w-64" />
            <Skeleton className="h-5 w-80" />
          </div>
        </Awaited>
      )}
    </Section>
  );
}

type Owner = DaemonStatus['owner'];

function ownerOptions({ owner, graceMs, lossGraceMs }: DaemonStatus): readonly RadioOption<Owner>[] {
  const options: RadioOption<Owner>[] = [
    {
      value: 'app',
      label: 'Stop it',
      note: `${formatDuration(graceMs)} after it was closed, or ${formatDuration(lossGraceMs)} after a line through a tunnel was lost. A reload changes nothing, and the next visit starts it again.`,
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
  return owner === 'headless' ? [...options, headless] : options;
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
  const graceLeftMs = status.graceEndsAt === null || nowMs === 0 ? null : Math.max(0, Date.parse(status.graceEndsAt) - nowMs);
  return (
    <>
      <h3 className="mb-1 font-medium text-ink-muted text-xs">When the last tab leaves</h3>
      <RadioGroup
        label="When the last tab leaves"
        value={setOwner.isPending ? setOwner.variables.owner : status.owner}
        onChange={(owner) => setOwner.mutate({ owner })}
        options={ownerOptions(status)}
        disabled={lock !== null}
      />
      {setOwner.error === null ? null : <InlineError problem={toProblem(setOwner.error)} className="mt-2" />}
      <dl className="mt-4 border-line border-t">
        <Fact name="Held up by">
          {status.owner === 'app' ? <Holders holders={status.holders} /> : 'Nobody needs to: it keeps running'}
          {graceLeftMs === null ? null : (
            <span className="block text-status-needs-you">
              It ends in {formatDuration(Math.ceil(graceLeftMs / 1_000) * 1_000)} unless a page is back
            </span>
          )}
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

function Holders({ holders }: Pick<DaemonStatus, 'holders'>) {
  const socket = useSocket();
  const nowMs = useNow();
  if (holders.length === 0) return 'Nobody';
  return (
    <ul>
      {holders.map(({ id, detail, since }) => (
        <li key={id}>
          {id === `tab-${socket.id}` ? 'This page' : detail}
          {nowMs === 0 ? null : <span className="ml-2 text-ink-muted text-xs">since {formatMoment(Date.parse(since), nowMs)}</span>}
        </li>
      ))}
    </ul>
  );
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
