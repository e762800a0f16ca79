/**
 * What a session's terminal shows, on its card: a picture, not a terminal. Nothing in it can be reached or read aloud; the card
 * leads to the real one. Loaded when screens are first shown.
 */
'use client';

import '../../_terminal/terminal.css';
import './peek.css';
import { memo, useCallback, useRef, useSyncExternalStore } from 'react';
import type { PeekView } from '../../../server/contract/peek.ts';
import { useLock, useShared } from '../../_data/live.tsx';
import { createPeeks, type Peeks } from '../../_data/peeks.ts';
import { createRpcClient } from '../../_data/rpc.ts';
import { useInSight } from '../../_data/use-in-sight.ts';
import { toRunStyle } from './run-style.ts';

function usePeeks(): Peeks {
  const rpc = useShared('rpc', createRpcClient);
  return useShared('peeks', () => {
    const peeks = createPeeks({
      ask: (screens) => rpc.terminals.peek.query({ screens: [...screens] }),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    });
    const follow = (): void => peeks.setPage(document.visibilityState);
    follow();
    // As long as the page itself.
    document.addEventListener('visibilitychange', follow);
    return peeks;
  });
}

const nothing = (): void => undefined;

export function SessionPeek({ id }: { readonly id: string }) {
  const peeks = usePeeks();
  const place = useRef<HTMLDivElement>(null);
  const inSight = useInSight(place);
  const lock = useLock();
  // A question to a stopped daemon would start it.
  const isAsked = inSight === true && lock === null;
  const watch = useCallback((changed: () => void) => (isAsked ? peeks.watch(id, changed) : nothing), [peeks, id, isAsked]);
  const peek = useSyncExternalStore(
    watch,
    () => peeks.get(id),
    () => null,
  );
  return (
    <div ref={place} aria-hidden data-peek={id} className="peek size-full rounded-sm px-1.5 py-1">
      {peek === null ? null : <Screen peek={peek} />}
    </div>
  );
}

const Screen = memo(function Screen({ peek }: { readonly peek: PeekView }) {
  return (
    <div className="peek-text font-mono" style={{ '--peek-cols': Math.max(20, peek.cols) } as React.CSSProperties}>
      {peek.lines.map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name but its place
        <div key={row} className="peek-line">
          {line.map((run, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: nor has a run
            <span key={index} style={toRunStyle(run)}>
              {run.text}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
});
