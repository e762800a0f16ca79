/** A failure, said where the user looks: what happened, why, and what to do next. */
import { clsx } from 'clsx';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { CodeText } from './code-text.tsx';

export type Problem = {
  readonly message: string;
  readonly hint?: string | null;
  /** For a search or a bug report; small print. */
  readonly code?: string | null;
};

export type InlineErrorProps = { readonly problem: Problem; readonly className?: string; readonly children?: ReactNode };

export function InlineError({ problem, className, children }: InlineErrorProps) {
  return (
    <div
      role="alert"
      className={clsx(
        'flex gap-2.5 rounded-md bg-status-trouble/10 px-3 py-2.5 text-ink ring-1 ring-status-trouble/30 ring-inset',
        className,
      )}
    >
      <CircleAlert size={16} className="mt-0.5 shrink-0 text-status-trouble" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="wrap-anywhere">
          <CodeText>{problem.message}</CodeText>
        </p>
        {problem.hint === undefined || problem.hint === null || problem.hint === '' ? null : (
          <p className="wrap-anywhere mt-0.5 text-ink-muted">
            <CodeText>{problem.hint}</CodeText>
          </p>
        )}
        {children === undefined ? null : <div className="mt-2 flex flex-wrap gap-2">{children}</div>}
      </div>
      {problem.code === undefined || problem.code === null ? null : (
        <code className="self-start font-mono text-2xs text-ink-faint max-sm:hidden">{problem.code}</code>
      )}
    </div>
  );
}
