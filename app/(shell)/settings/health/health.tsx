/** What the daemon finds wrong, left over or unsettled: each with its evidence and one action. */
'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import type { CheckView, FindingView } from '../../../../server/contract/doctor.ts';
import { useLock } from '../../../_data/live.tsx';
import { toProblem, useTRPC } from '../../../_data/rpc.ts';
import { Button } from '../../../_ui/button.tsx';
import { CodeText } from '../../../_ui/code-text.tsx';
import { CommandLine } from '../../../_ui/command-line.tsx';
import { ConfirmDialog } from '../../../_ui/dialog.tsx';
import { InlineError } from '../../../_ui/inline-error.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { say } from '../../../_ui/toaster.tsx';
import { Section } from '../section.tsx';

export function Health() {
  const trpc = useTRPC();
  const lock = useLock();
  const { data, error, isFetching, refetch } = useQuery({ ...trpc.doctor.examine.queryOptions(), enabled: lock === null, staleTime: 0 });
  const loading = data === undefined && error === null;
  return (
    <>
      <Section title="Health" lead={<CodeText>{'What sessions stand on. `ao doctor` says the same, and more of this machine.'}</CodeText>}>
        {error === null ? null : <InlineError problem={toProblem(error)} />}
        {loading ? <Skeleton className="h-32" /> : null}
        <ul>
          {(data?.checks ?? []).map((check) => (
            <Check key={check.id} check={check} />
          ))}
        </ul>
        <Button
          size="sm"
          className="mt-3"
          disabledReason={lock}
          pending={isFetching && data !== undefined ? 'Looking…' : null}
          onClick={() => void refetch()}
        >
          Look again
        </Button>
      </Section>
      <Section title="Left over and unsettled" lead="What no session accounts for, and what a session cannot settle by itself.">
        {loading ? <Skeleton className="h-16" /> : null}
        {data?.findings.length === 0 ? <p className="text-ink-muted">Nothing is left over, nothing is unsettled.</p> : null}
        <ul>
          {(data?.findings ?? []).map((finding) => (
            <Finding key={`${finding.kind} ${finding.subject}`} finding={finding} />
          ))}
        </ul>
      </Section>
    </>
  );
}

const VERDICTS = {
  ok: { icon: CircleCheck, tone: 'text-status-done', word: 'Good' },
  warn: { icon: CircleAlert, tone: 'text-status-needs-you', word: 'Look at this' },
  fail: { icon: CircleX, tone: 'text-status-trouble', word: 'Broken' },
} as const satisfies Record<CheckView['verdict'], unknown>;

function Check({ check }: { readonly check: CheckView }) {
  const { icon: Icon, tone, word } = VERDICTS[check.verdict];
  return (
    <li className="flex gap-3 border-line border-b py-2.5 last:border-b-0">
      <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${tone}`} />
      <div className="min-w-0 flex-1">
        <p className="font-medium first-letter:uppercase">{check.id}</p>
        <p className="wrap-anywhere text-ink-muted text-xs">
          <CodeText>{`${check.says} ${check.fix ?? ''}`}</CodeText>
        </p>
      </div>
      <span className={`shrink-0 text-xs ${tone}`}>{word}</span>
    </li>
  );
}

const KINDS: Readonly<Record<FindingView['kind'], string>> = {
  'orphan-runtime': 'A terminal without a session',
  'stray-folder': 'A folder without a session',
  unsettled: 'A session that is not settled',
  'kept-work': 'Kept work that is not put back',
};

function Finding({ finding }: { readonly finding: FindingView }) {
  return (
    <li className="border-line border-b py-3 last:border-b-0">
      <p className="font-medium">{KINDS[finding.kind]}</p>
      <p className="wrap-anywhere font-mono text-2xs text-ink-muted">{finding.subject}</p>
      <p className="wrap-anywhere mt-1 text-pretty text-ink-muted text-xs">{finding.evidence}</p>
      <div className="mt-2">
        {finding.kind === 'orphan-runtime' ? <Reap handle={finding.subject} /> : <CommandLine>{finding.action}</CommandLine>}
      </div>
    </li>
  );
}

function Reap({ handle }: { readonly handle: string }) {
  const trpc = useTRPC();
  const lock = useLock();
  const queries = useQueryClient();
  const [confirming, setConfirming] = useState<'yes' | 'no'>('no');
  const reap = useMutation(
    trpc.doctor.reap.mutationOptions({
      onSuccess: () => {
        setConfirming('no');
        say('Ended');
        return queries.invalidateQueries({ queryKey: trpc.doctor.examine.queryKey() });
      },
    }),
  );
  return (
    <>
      <Button size="sm" disabledReason={lock} onClick={() => setConfirming('yes')}>
        End it…
      </Button>
      <ConfirmDialog
        open={confirming === 'yes'}
        onOpenChange={(next) => setConfirming(next ? 'yes' : 'no')}
        title="End this terminal?"
        action="End it"
        pending={reap.isPending ? 'Ending…' : null}
        problem={reap.error === null ? null : toProblem(reap.error)}
        onConfirm={() => reap.mutate({ handle })}
      >
        <p className="wrap-anywhere">
          Every process in <code className="font-mono text-xs">{handle}</code> is ended. It belongs to no session, so nothing brings it
          back.
        </p>
      </ConfirmDialog>
    </>
  );
}
