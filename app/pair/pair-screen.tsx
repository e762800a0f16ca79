/**
 * `/pair#<code>`: opening the link is all there is to do. The code leaves the address bar before anything else happens, so that it is
 * neither in the history nor copied along.
 */
'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { Mark } from '../_components/mark.tsx';
import { TabFace } from '../_components/tab-face.tsx';
import { Unpaired } from '../_components/unpaired.tsx';
import { readDeviceSecret } from '../_data/device.ts';
import { lookAtGateway } from '../_data/gateway.ts';
import { type PairingOutcome, pair } from '../_data/pairing.ts';
import { Button } from '../_ui/button.tsx';
import { buttonClass } from '../_ui/button-class.ts';
import { CodeText } from '../_ui/code-text.tsx';
import { InlineError } from '../_ui/inline-error.tsx';
import { TooltipLayer } from '../_ui/tooltip.tsx';

type Stage =
  | { readonly kind: 'pairing' }
  | { readonly kind: 'no-code'; readonly paired: 'yes' | 'no' }
  | Exclude<PairingOutcome, { kind: 'paired' }>;

export function PairScreen() {
  const [stage, setStage] = useState<Stage>({ kind: 'pairing' });
  const code = useRef<string | null>(null);

  const exchange = useCallback((link: string) => {
    setStage({ kind: 'pairing' });
    void pair(link).then(async (outcome) => {
      // A full load instead of a client navigation: the history keeps no trace of this page.
      if (outcome.kind === 'paired') return location.replace('/');
      // A link that was opened twice in the same browser has done its work.
      if (outcome.kind === 'spent' && (await isPaired())) return location.replace('/');
      setStage(outcome);
    });
  }, []);

  useEffect(() => {
    const begin = (): void => {
      const fromHash = decodeURIComponent(location.hash.slice(1));
      if (location.hash !== '') history.replaceState(null, '', location.pathname);
      if (fromHash !== '') code.current = fromHash;
      if (code.current !== null) return exchange(code.current);
      void isPaired().then((paired) => setStage({ kind: 'no-code', paired: paired ? 'yes' : 'no' }));
    };
    if (code.current === null) begin();
    window.addEventListener('hashchange', begin);
    return () => window.removeEventListener('hashchange', begin);
  }, [exchange]);

  return (
    <>
      <TabFace title="Pairing" />
      <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
        <h1 className="flex items-center gap-2.5 font-semibold text-lg tracking-tight">
          <Mark size={22} />
          Agent Orchestrator
        </h1>
        <div className="w-full max-w-lg" aria-live="polite">
          <Content stage={stage} onRetry={() => (code.current === null ? location.reload() : exchange(code.current))} />
        </div>
      </main>
      <TooltipLayer />
    </>
  );
}

async function isPaired(): Promise<boolean> {
  if (readDeviceSecret() === null) return false;
  return (await lookAtGateway()).kind === 'seen';
}

function Content({ stage, onRetry }: { readonly stage: Stage; readonly onRetry: () => void }) {
  switch (stage.kind) {
    case 'pairing':
      return (
        <p className="appear-late py-12 text-center text-ink-muted">Pairing this browser, and starting the daemon if it is not running…</p>
      );
    case 'failed':
      return (
        <div className="py-12">
          <h2 className="font-semibold">This browser is not paired yet</h2>
          <p className="mt-1 mb-3 text-ink-muted">
            <CodeText>The link is used up only when it has worked. Try again, or make another with `ao pair`.</CodeText>
          </p>
          <InlineError problem={stage.refusal}>
            <Button size="sm" onClick={onRetry}>
              Try again
            </Button>
          </InlineError>
        </div>
      );
    case 'spent':
      return (
        <Unpaired title="This link does not work">
          <p>{stage.refusal.message}</p>
          <p className="mt-1">A pairing link works once, for ten minutes. Make a new one on the machine where Agent Orchestrator runs:</p>
        </Unpaired>
      );
    case 'no-code':
      return stage.paired === 'yes' ? (
        <div className="py-12 text-center">
          <p className="text-ink-muted">This browser is paired already.</p>
          <a href="/" className={`mt-4 ${buttonClass({ variant: 'primary' })}`}>
            To the board
          </a>
        </div>
      ) : (
        <Unpaired />
      );
    default:
      return stage satisfies never;
  }
}
