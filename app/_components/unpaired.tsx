/** What to do when this browser is not let in. Also what `/pair` shows when a link does not work. */
import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { CommandLine } from '../_ui/command-line.tsx';
import { EmptyState } from '../_ui/empty-state.tsx';

export type UnpairedProps = {
  readonly title?: string;
  readonly level?: 1 | 2;
  readonly children?: ReactNode;
  /** What happens once a link was opened elsewhere in this browser. */
  readonly afterwards?: string;
};

export function Unpaired({ title = 'This browser is not paired yet', level = 2, children, afterwards = '' }: UnpairedProps) {
  return (
    <EmptyState icon={<KeyRound size={20} />} title={title} level={level} className="my-auto">
      {children ?? (
        <p>
          A terminal in a browser can do whatever you can, so only browsers that you let in may open it. Type this on the machine where
          Agent Orchestrator runs, and open the link it prints in this browser. It works once, for ten minutes.
        </p>
      )}
      <div className="mt-4">
        <CommandLine>ao pair</CommandLine>
      </div>
      <p className="mt-3 text-xs">
        In a checkout it is <code className="font-mono text-ink">npx ao pair</code>. {afterwards}
      </p>
    </EmptyState>
  );
}
