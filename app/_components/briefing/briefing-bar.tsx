/** Above the board after an outage: that it happened, how it ended, and the way to the whole of it. */
'use client';

import { History } from 'lucide-react';
import Link from 'next/link';
import { RpcProvider } from '../../_data/rpc-provider.tsx';
import { formatMoment, useNow } from '../../_data/time.ts';
import { Button } from '../../_ui/button.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { causeTitle, summarize } from './describe-briefing.ts';
import { useBriefing } from './use-briefing.ts';

export function BriefingBar() {
  return (
    <RpcProvider>
      <Bar />
    </RpcProvider>
  );
}

function Bar() {
  const { briefing, problem, dismiss, dismissing, lock } = useBriefing();
  const nowMs = useNow();
  if (!briefing || nowMs === 0) return null;
  return (
    <section aria-label="Briefing" className="shrink-0 border-line border-b bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2">
        <History size={16} aria-hidden className="shrink-0 text-ink-muted" />
        <p className="min-w-0 flex-1 basis-64 text-pretty">
          <span className="font-medium">{causeTitle(briefing)}</span>{' '}
          <span className="text-ink-muted">
            at {formatMoment(Date.parse(briefing.at), nowMs)}. {summarize(briefing)}
          </span>
        </p>
        <div className="flex shrink-0 gap-2">
          <Link
            href="/briefing"
            className="inline-flex h-7 items-center rounded-sm bg-ink/8 px-2.5 font-medium text-xs hover:bg-ink/13 pointer-coarse:h-9"
          >
            Read the briefing
          </Link>
          <Button size="sm" variant="ghost" disabledReason={lock} pending={dismissing} onClick={dismiss}>
            Dismiss
          </Button>
        </div>
      </div>
      {problem === null ? null : (
        <div className="px-4 pb-2">
          <InlineError problem={problem} />
        </div>
      )}
    </section>
  );
}
