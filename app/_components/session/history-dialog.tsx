/** The session's screen and what scrolled off it, as text. The session host keeps it; the terminal in the page has only the screen. */
'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { Button } from '../../_ui/button.tsx';
import { Dialog, DialogActions } from '../../_ui/dialog.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { say } from '../../_ui/toaster.tsx';

const LINES = 5_000;

export type HistoryDialogProps = { readonly sessionId: string; readonly open: boolean; readonly onOpenChange: (open: boolean) => void };

export function HistoryDialog({ sessionId, open, onOpenChange }: HistoryDialogProps) {
  const trpc = useTRPC();
  const logs = useQuery({ ...trpc.sessions.logs.queryOptions({ id: sessionId, lines: LINES }), enabled: open, staleTime: 0, gcTime: 0 });
  const text = logs.data?.text.trimEnd();
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (text !== undefined && open) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [text, open]);
  const copy = (): void => {
    navigator.clipboard.writeText(text ?? '').then(
      () => say('History copied'),
      () => say('The browser did not allow copying'),
    );
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      width="lg"
      title="History"
      description={`Up to ${LINES.toLocaleString('en')} lines of ${sessionId}, as text.`}
    >
      <div className="px-5 pb-4">
        {text === undefined ? (
          logs.error === null ? (
            <Skeleton className="h-72" />
          ) : (
            <InlineError problem={toProblem(logs.error)} />
          )
        ) : (
          <section
            ref={box}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
            aria-label="History of the terminal"
            className="h-[60dvh] overflow-auto rounded-sm bg-sidebar ring-1 ring-line ring-inset"
          >
            <pre className="w-max min-w-full p-3 font-mono text-ink text-xs leading-5">
              {text === '' ? 'Nothing has been printed yet.' : text}
            </pre>
          </section>
        )}
      </div>
      <DialogActions>
        <Button pending={logs.isFetching ? 'Loading…' : null} onClick={() => void logs.refetch()}>
          Refresh
        </Button>
        <Button disabled={text === undefined || text === ''} onClick={copy}>
          Copy all
        </Button>
      </DialogActions>
    </Dialog>
  );
}
