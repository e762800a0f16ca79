/** The session's screen and what scrolled off it, as text that can be searched. The session host keeps it; the terminal in the page has only the screen. */
'use client';

import { useQuery } from '@tanstack/react-query';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { Button } from '../../_ui/button.tsx';
import { Dialog, DialogActions } from '../../_ui/dialog.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';
import { say } from '../../_ui/toaster.tsx';
import { HistoryText } from './history-text.tsx';

const LINES = 5_000;

export type HistoryDialogProps = { readonly sessionId: string; readonly open: boolean; readonly onOpenChange: (open: boolean) => void };

export function HistoryDialog({ sessionId, open, onOpenChange }: HistoryDialogProps) {
  const trpc = useTRPC();
  const logs = useQuery({ ...trpc.sessions.logs.queryOptions({ id: sessionId, lines: LINES }), enabled: open, staleTime: 0, gcTime: 0 });
  const text = logs.data?.text.trimEnd();
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
          <HistoryText text={text} />
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
