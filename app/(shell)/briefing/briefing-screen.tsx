/** `/briefing`: after a reboot or an outage, what ran then and what became of each session. */
'use client';

import { clsx } from 'clsx';
import { CircleCheck, CircleMinus, History, type LucideIcon, RotateCw, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { BriefingItem, BriefingView } from '../../../server/contract/briefing.ts';
import { causeTitle, groupItems, OUTCOME_LOOKS, type OutcomeTone, summarize } from '../../_components/briefing/describe-briefing.ts';
import { useBriefing } from '../../_components/briefing/use-briefing.ts';
import { TopBar } from '../../_components/top-bar.tsx';
import { agentName } from '../../_data/agent-names.ts';
import { nameOf, TONE_TEXT } from '../../_data/status.ts';
import { formatMoment, useNow } from '../../_data/time.ts';
import { Button } from '../../_ui/button.tsx';
import { CommandLine } from '../../_ui/command-line.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';

export function BriefingScreen() {
  const { briefing, problem, dismiss, dismissing, lock } = useBriefing();
  const router = useRouter();
  return (
    <>
      <TopBar
        title="Briefing"
        actions={
          briefing ? (
            <Button
              disabledReason={lock}
              pending={dismissing}
              onClick={() => {
                dismiss();
                router.push('/');
              }}
            >
              Dismiss
            </Button>
          ) : undefined
        }
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        {problem === null ? null : (
          <div className="px-4 pt-4">
            <InlineError problem={problem} />
          </div>
        )}
        {briefing === undefined && problem === null && lock === null ? <Skeleton className="m-4 h-40 max-w-2xl" /> : null}
        {briefing === null ? (
          <EmptyState icon={<History size={20} />} title="Nothing to report">
            <p className="mb-4">
              Here stands what came back after a reboot or an outage, and how. There was none since the last briefing was dismissed.
            </p>
            <CommandLine>ao briefing</CommandLine>
          </EmptyState>
        ) : null}
        {briefing ? <Report briefing={briefing} /> : null}
      </div>
    </>
  );
}

function Report({ briefing }: { readonly briefing: BriefingView }) {
  const nowMs = useNow();
  return (
    <div className="flex max-w-2xl flex-col gap-7 px-4 py-6">
      <div>
        <h2 className="font-semibold text-lg">{causeTitle(briefing)}</h2>
        <p className="mt-1 text-pretty text-ink-muted">
          {nowMs === 0 ? '' : `Noticed at ${formatMoment(Date.parse(briefing.at), nowMs)}. `}
          {summarize(briefing)} Ids, branches and worktrees are what they were.
        </p>
      </div>
      {groupItems(briefing).map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h3 className="mb-1 font-medium text-ink-muted text-xs">{group.title}</h3>
          <ul>
            {group.items.map((item) => (
              <Item key={item.id} item={item} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const ICONS: Readonly<Record<OutcomeTone, LucideIcon>> = {
  done: CircleCheck,
  working: RotateCw,
  trouble: TriangleAlert,
  idle: CircleMinus,
};

function Item({ item }: { readonly item: BriefingItem }) {
  const look = OUTCOME_LOOKS[item.outcome];
  const Icon = ICONS[look.tone];
  return (
    <li className="border-line border-b last:border-b-0">
      <Link href={`/sessions/${item.id}`} prefetch={false} className="-mx-2 block rounded-sm px-2 py-2.5 hover:bg-hover">
        <span className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="min-w-0">
            <span className="wrap-anywhere font-medium">{nameOf(item)}</span>{' '}
            <span className="font-mono text-2xs text-ink-muted">{item.id}</span>{' '}
            <span className="text-ink-faint text-xs">{agentName(item.agent)}</span>
          </span>
          <span className={clsx('inline-flex items-center gap-1.5 font-medium text-xs', TONE_TEXT[look.tone])}>
            <Icon size={14} aria-hidden />
            {look.label}
          </span>
        </span>
        {item.needsYou ? <span className="wrap-anywhere mt-0.5 block text-pretty text-ink-muted text-xs">{item.reason}</span> : null}
      </Link>
    </li>
  );
}
