/** Draws a notice: above the terminal when it lasts, laid over it when it will be gone in a moment. */
'use client';

import { clsx } from 'clsx';
import { CircleAlert, CircleStop, Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Notice } from './session-notice.ts';

const LOOKS = {
  waiting: { icon: Hourglass, tone: 'text-status-working' },
  trouble: { icon: CircleAlert, tone: 'text-status-trouble' },
  over: { icon: CircleStop, tone: 'text-status-trouble' },
} as const satisfies Record<Notice['tone'], unknown>;

export type NoticeBarProps = {
  readonly notice: Notice;
  /** Grows with each key that went nowhere; the bar answers to it. */
  readonly pressed: number;
  readonly children?: ReactNode;
};

export function NoticeBar({ notice, pressed, children }: NoticeBarProps) {
  const { icon: Icon, tone } = LOOKS[notice.tone];
  const bar = (
    <div
      key={pressed}
      role="status"
      data-notice={notice.stay}
      className={clsx(
        'flex flex-wrap items-start gap-x-3 gap-y-2 px-3 py-2',
        notice.stay === 'passing' ? 'appear-late rounded-md bg-raised shadow-pop' : 'border-line border-b bg-surface',
        pressed > 0 && 'notice-nudge',
      )}
    >
      <Icon size={16} aria-hidden className={clsx('mt-0.5 shrink-0', tone)} />
      <div className="min-w-0 flex-1 basis-52">
        <p className="wrap-anywhere font-medium text-ink">{notice.title}</p>
        <p className="wrap-anywhere text-pretty text-ink-muted text-xs">{notice.text}</p>
      </div>
      {children === undefined ? null : <div className="flex shrink-0 flex-wrap gap-2">{children}</div>}
    </div>
  );
  if (notice.stay === 'lasting') return <div className="shrink-0">{bar}</div>;
  return (
    <div className="relative z-20 h-0 shrink-0">
      <div className="absolute top-2 right-3 left-3 mx-auto max-w-130">{bar}</div>
    </div>
  );
}
