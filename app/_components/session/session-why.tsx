/** The evidence for a session's state: what was seen of its runtime and when, what the agent said, what happened last. */
'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EvidenceView } from '../../../server/contract/evidence.ts';
import type { SessionView } from '../../../server/contract/session.ts';
import { useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { InlineError } from '../../_ui/inline-error.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { describeEvent } from './describe-event.ts';
import { describeExit, describeLook } from './describe-evidence.ts';
import { Fact, Moment } from './fact.tsx';

/** The daemon looks once a second; what stands here need not be younger than a glance. Milliseconds. */
const LOOK_AGAIN_MS = 5_000;

export function SessionWhy({ session }: { readonly session: SessionView }) {
  const trpc = useTRPC();
  const lock = useLock();
  const { data, error } = useQuery({
    ...trpc.sessions.evidence.queryOptions({ id: session.id }),
    enabled: lock === null,
    refetchInterval: LOOK_AGAIN_MS,
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label="Why">
      <h2 className="mb-1 font-medium text-xs">Why</h2>
      {error === null ? null : <InlineError problem={toProblem(error)} />}
      {data === undefined && error === null ? <Skeleton className="h-20" /> : null}
      {data === undefined ? null : <Evidence evidence={data} />}
    </section>
  );
}

function Evidence({ evidence }: { readonly evidence: EvidenceView }) {
  const { look, signal, exit, recovery, lastEvent, bootId } = evidence;
  return (
    <dl>
      <Fact name="Last look">
        {look === null ? (
          'None by this daemon'
        ) : (
          <>
            {describeLook(look)}, <Moment iso={look.at} />
          </>
        )}
      </Fact>
      <Fact name="Last signal">
        {signal === null ? (
          'None in this launch'
        ) : (
          <>
            {signal.activity === 'needs_you' ? 'waits for you' : signal.activity}, <Moment iso={signal.at} />
          </>
        )}
      </Fact>
      {exit === null ? null : (
        <Fact name="Exit">
          {describeExit(exit)}, <Moment iso={exit.at} />
        </Fact>
      )}
      {recovery === null ? null : (
        <Fact name="Recovery">
          {recovery.state === 'queued' ? 'Under way' : 'Failed'}: {recovery.reason}
        </Fact>
      )}
      {lastEvent === null ? null : (
        <Fact name="Last event">
          {describeEvent(lastEvent).title}, <Moment iso={lastEvent.at} />
          <span className="block text-ink-faint text-xs">{lastEvent.reason}</span>
        </Fact>
      )}
      <Fact name="Boot">
        <code className="font-mono text-2xs text-ink-muted">{bootId}</code>
      </Fact>
    </dl>
  );
}
