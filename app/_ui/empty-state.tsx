/** Nothing here yet: what would be, and the one thing to do about it. */
import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export type EmptyStateProps = {
  readonly icon?: ReactNode;
  readonly title: string;
  /** `1` where it is all that the page says. */
  readonly level?: 1 | 2;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  readonly className?: string;
};

export function EmptyState({ icon, title, level = 2, children, actions, className }: EmptyStateProps) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className={clsx('mx-auto flex max-w-md flex-col items-center px-6 py-16 text-center', className)}>
      {icon === undefined ? null : (
        <div className="mb-4 flex size-10 items-center justify-center rounded-md bg-hover text-ink-muted" aria-hidden>
          {icon}
        </div>
      )}
      <Heading className="font-semibold text-lg">{title}</Heading>
      {children === undefined ? null : <div className="mt-1.5 text-pretty text-ink-muted">{children}</div>}
      {actions === undefined ? null : <div className="mt-5 flex flex-wrap items-center justify-center gap-2">{actions}</div>}
    </div>
  );
}
