/** The state of a session: one family of 14 px glyphs that differ in shape, each with its word and its colour. */
'use client';

import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { SessionStatus } from '../../server/core/session/status.ts';
import type { Column } from '../_data/columns.ts';
import { useIsOld } from '../_data/live.tsx';
import { COLUMN_LOOKS, STATUS_LOOKS, TONE_TEXT } from '../_data/status.ts';

const ring = <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />;
const dashed = (
  <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.2 1.92" strokeLinecap="round" />
);
const disc = <circle cx="7" cy="7" r="6" fill="currentColor" />;
/** A mark cut out of a disc, in the colour of what lies beneath. */
const cut = (d: string): ReactNode => (
  <path d={d} fill="none" stroke="var(--canvas)" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
);
const stroke = (d: string): ReactNode => (
  <path d={d} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
);
const dot = (x: number, y: number): ReactNode => <circle cx={x} cy={y} r="0.85" fill="currentColor" />;

const bang = 'M7 3.9v3.7M7 10h.01';
const question = 'M5.6 5.6c.1-.9.7-1.3 1.4-1.3.8 0 1.4.5 1.4 1.2 0 1-1.4 1.1-1.4 2.2';

const GLYPHS: Readonly<Record<SessionStatus, ReactNode>> = {
  needs_you: [disc, cut(bang)],
  needs_recovery: [
    <path key="t" d="M7 1.2 13 12H1z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
    cut('M7 5.4v2.8M7 10.2h.01'),
  ],
  exited: [ring, <rect key="s" x="4.9" y="4.9" width="4.2" height="4.2" rx="0.8" fill="currentColor" />],
  unknown: [ring, stroke(question), dot(7, 9.7)],
  no_signal: [dashed, stroke(question), dot(7, 9.7)],
  spawning: dashed,
  recovering: [stroke('M12.2 7A5.2 5.2 0 1 1 10.4 3.1M10.6 1v2.4H8.2')],
  working: [ring, <path key="p" d="M7 4a3 3 0 1 1-3 3h3z" fill="currentColor" />],
  running: [ring, <circle key="c" cx="7" cy="7" r="2.4" fill="currentColor" />],
  idle: [ring, stroke('M5.7 5.5v3M8.3 5.5v3')],
  merged: [disc, cut('M4.4 7.2 6.2 9l3.4-3.8')],
  terminated: [ring, stroke('M4.8 7h4.4')],
};

const COLUMN_GLYPHS: Readonly<Record<Column, ReactNode>> = {
  needs_you: GLYPHS.needs_you,
  working: GLYPHS.working,
  idle: GLYPHS.idle,
  in_review: [ring, stroke('M4.6 7h4.8M7.4 4.9 9.5 7 7.4 9.1')],
  done: [ring, stroke('M4.7 7.2 6.3 8.8l3-3.4')],
};

function Glyph({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  const parts = Array.isArray(children) ? children : [children];
  return (
    <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true" className={clsx('shrink-0', className)}>
      {parts.map((part: ReactNode, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed drawing
        <g key={index}>{part}</g>
      ))}
    </svg>
  );
}

/** Without its word: only where the word stands nearby, or is given to assistive technology by the caller. */
export function StatusIcon({ status, className }: { readonly status: SessionStatus; readonly className?: string }) {
  return <Glyph className={clsx(TONE_TEXT[STATUS_LOOKS[status].tone], className)}>{GLYPHS[status]}</Glyph>;
}

export function ColumnIcon({ column }: { readonly column: Column }) {
  return <Glyph className={TONE_TEXT[COLUMN_LOOKS[column].tone]}>{COLUMN_GLYPHS[column]}</Glyph>;
}

export type StatusBadgeProps = { readonly status: SessionStatus; readonly className?: string };

export function StatusBadge({ status, className }: StatusBadgeProps) {
  const look = STATUS_LOOKS[status];
  const isOld = useIsOld();
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-xs',
        TONE_TEXT[look.tone],
        isOld && 'grayscale',
        className,
      )}
    >
      <StatusIcon status={status} />
      {look.label}
    </span>
  );
}
