/** A small word beside a thing. For the state of a session see `_components/status-badge.tsx`. */
import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export type BadgeTone = 'neutral' | 'needs-you' | 'working' | 'review' | 'done' | 'trouble';

const TONES: Readonly<Record<BadgeTone, string>> = {
  neutral: 'bg-hover text-ink-muted',
  'needs-you': 'bg-status-needs-you/12 text-status-needs-you',
  working: 'bg-status-working/12 text-status-working',
  review: 'bg-status-review/12 text-status-review',
  done: 'bg-status-done/12 text-status-done',
  trouble: 'bg-status-trouble/12 text-status-trouble',
};

export function Badge({ tone = 'neutral', className, children }: { tone?: BadgeTone; className?: string; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-sm px-1.5 font-medium text-2xs',
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
