/** The browsers that are let in. Revoking one closes its sockets within a second. */
'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MonitorSmartphone } from 'lucide-react';
import { useState } from 'react';
import type { DeviceView } from '../../../../server/contract/device.ts';
import { Awaited } from '../../../_components/awaited.tsx';
import { forgetDeviceSecret } from '../../../_data/device.ts';
import { useLock } from '../../../_data/live.tsx';
import { toProblem, useTRPC } from '../../../_data/rpc.ts';
import { formatAge, formatFull, useNow } from '../../../_data/time.ts';
import { Badge } from '../../../_ui/badge.tsx';
import { Button } from '../../../_ui/button.tsx';
import { CodeText } from '../../../_ui/code-text.tsx';
import { CommandLine } from '../../../_ui/command-line.tsx';
import { ConfirmDialog } from '../../../_ui/dialog.tsx';
import { InlineError } from '../../../_ui/inline-error.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { say } from '../../../_ui/toaster.tsx';
import { Section } from '../section.tsx';

export function DeviceList() {
  const trpc = useTRPC();
  const lock = useLock();
  const devices = useQuery({ ...trpc.devices.list.queryOptions(), enabled: lock === null });
  return (
    <>
      <Section title="Devices" lead="Browsers that may open this dashboard, and with it every terminal.">
        {devices.error === null ? null : <InlineError problem={toProblem(devices.error)} />}
        {devices.data === undefined && devices.error === null ? (
          <Awaited>
            <Skeleton className="h-24" />
          </Awaited>
        ) : null}
        <ul>
          {(devices.data ?? []).map((device) => (
            <DeviceRow key={device.id} device={device} />
          ))}
        </ul>
      </Section>
      <Section
        title="Pair another"
        lead="Type this where Agent Orchestrator runs, and open the link it prints in the other browser. It works once, for ten minutes."
      >
        <CommandLine>ao pair</CommandLine>
      </Section>
    </>
  );
}

function DeviceRow({ device }: { readonly device: DeviceView }) {
  const trpc = useTRPC();
  const lock = useLock();
  const queries = useQueryClient();
  const nowMs = useNow();
  const [confirming, setConfirming] = useState<'yes' | 'no'>('no');
  const revoke = useMutation(
    trpc.devices.revoke.mutationOptions({
      onSuccess: () => {
        setConfirming('no');
        if (device.current) {
          forgetDeviceSecret();
          location.reload();
          return undefined;
        }
        say(`${device.name} is no longer let in`);
        return queries.invalidateQueries({ queryKey: trpc.devices.list.queryKey() });
      },
    }),
  );
  const seen = nowMs === 0 ? '' : formatAge(device.lastSeenAt, nowMs);
  return (
    <li className="flex items-center gap-3 border-line border-b py-2.5 last:border-b-0">
      <MonitorSmartphone size={16} aria-hidden className="shrink-0 text-ink-muted" />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{device.name}</span>
          {device.current ? <Badge tone="done">This browser</Badge> : null}
        </p>
        <p className="text-ink-muted text-xs">
          Paired {formatFull(device.createdAt)}, {device.current || seen === 'now' ? 'here now' : `last seen ${seen} ago`}
        </p>
      </div>
      <Button variant="ghost" size="sm" disabledReason={lock} onClick={() => setConfirming('yes')}>
        Revoke
      </Button>
      <ConfirmDialog
        open={confirming === 'yes'}
        onOpenChange={(next) => setConfirming(next ? 'yes' : 'no')}
        title={`Revoke ${device.name}?`}
        action={device.current ? 'Revoke this browser' : 'Revoke it'}
        pending={revoke.isPending ? 'Revoking…' : null}
        problem={revoke.error === null ? null : toProblem(revoke.error)}
        onConfirm={() => revoke.mutate({ id: device.id })}
      >
        <p>
          <CodeText>
            {device.current
              ? 'This is the browser you are using: the page closes at once, and you need a new link from `ao pair` to return.'
              : 'Its open pages lose their connection within a second. It needs a new link from `ao pair` to return.'}
          </CodeText>
        </p>
        <p>The sessions are not touched.</p>
      </ConfirmDialog>
    </li>
  );
}
