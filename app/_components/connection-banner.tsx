/**
 * What is between this page and the daemon, above whatever the page shows: why it is not live, what happens next, and the one thing to
 * do about it. The page below stays readable, as of when it was last true. Nothing moves here but a countdown.
 */
'use client';

import { CircleSlash, type LucideIcon, Power, RefreshCw, TriangleAlert, Unplug } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Connection } from '../_data/connection.ts';
import { type StartRefusal, startDaemon } from '../_data/gateway.ts';
import { useConnection, useRetryNow } from '../_data/live.tsx';
import { formatMoment, useNow } from '../_data/time.ts';
import { Button } from '../_ui/button.tsx';
import { CodeText } from '../_ui/code-text.tsx';
import { InlineError } from '../_ui/inline-error.tsx';

export function ConnectionBanner() {
  const connection = useConnection();
  switch (connection.kind) {
    case 'reconnecting':
      return <Reconnecting connection={connection} />;
    case 'starting':
      return (
        <Banner icon={Power} tone="text-status-working" title="The daemon is starting" asOfMs={connection.asOfMs}>
          It looks for every session and takes up those that are alive. This takes a second or two.
        </Banner>
      );
    case 'stopped':
      return <Stopped connection={connection} />;
    case 'failed':
      return <Failed connection={connection} />;
    case 'refused':
      return (
        <Banner
          icon={TriangleAlert}
          tone="text-status-trouble"
          title="This page is not of the daemon’s version"
          actions={<Button onClick={() => location.reload()}>Reload the page</Button>}
        >
          {connection.message}
        </Banner>
      );
    default:
      return null;
  }
}

function Reconnecting({ connection }: { readonly connection: Extract<Connection, { kind: 'reconnecting' }> }) {
  const retryNow = useRetryNow();
  const nowMs = useNow('second');
  const leftS = connection.retryAtMs === null ? null : Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1_000));
  const next = leftS === null ? 'Trying now.' : leftS === 0 ? 'Next try in a moment.' : `Next try in ${leftS} s.`;
  const gone = connection.missing === 'gateway';
  return (
    <Banner
      icon={Unplug}
      tone="text-status-needs-you"
      title={gone ? 'The dashboard’s server does not answer' : 'Reconnecting to the daemon'}
      asOfMs={connection.asOfMs}
      actions={
        <Button size="sm" onClick={retryNow} disabled={connection.retryAtMs === null}>
          <RefreshCw size={14} aria-hidden />
          Retry now
        </Button>
      }
    >
      Attempt {connection.attempt}. {next}{' '}
      {gone ? (
        <>
          Is <code className="font-mono text-ink">ao up</code> still running in its terminal? Your agents go on without it.
        </>
      ) : (
        'Your agents go on without it; what you do here is locked until then.'
      )}
    </Banner>
  );
}

function Stopped({ connection }: { readonly connection: Extract<Connection, { kind: 'stopped' }> }) {
  const start = useStart();
  const nowMs = useNow();
  const when = connection.atMs === null || nowMs === 0 ? '' : ` at ${formatMoment(connection.atMs, nowMs)}`;
  return (
    <Banner
      icon={CircleSlash}
      tone="text-status-trouble"
      title="The daemon is stopped"
      asOfMs={connection.asOfMs}
      problem={start.refusal}
      actions={
        <Button variant="primary" pending={start.pending} onClick={start.run}>
          <Power size={14} aria-hidden />
          Start the daemon
        </Button>
      }
    >
      It was stopped on purpose{when}
      {connection.reason === null ? '' : ` (${connection.reason})`}, so no page starts it by itself. Your agents kept running in their
      terminals.
    </Banner>
  );
}

function Failed({ connection }: { readonly connection: Extract<Connection, { kind: 'failed' }> }) {
  const start = useStart();
  const nowMs = useNow();
  const { error } = connection;
  const isSame = start.refusal !== null && start.refusal.message === error?.message;
  return (
    <Banner
      icon={TriangleAlert}
      tone="text-status-trouble"
      title="The daemon cannot start"
      asOfMs={connection.asOfMs}
      problem={isSame ? null : start.refusal}
      actions={
        <Button variant="primary" pending={start.pending} onClick={start.run}>
          Try again
        </Button>
      }
      below={connection.lastLog.length === 0 ? null : <LastLog lines={connection.lastLog} />}
    >
      {error === null ? <CodeText>Its log says why: see `logs/daemon.log` in its data directory.</CodeText> : null}
      {error === null ? null : <CodeText>{`${error.message} ${error.hint}`}</CodeText>} Your agents are not touched.
      <span role="status" className="block">
        {isSame && start.atMs !== null && start.pending === null ? `Tried again at ${formatMoment(start.atMs, nowMs)}: the same.` : null}
      </span>
    </Banner>
  );
}

/** Its end is what matters: shown first, and kept in sight. */
function LastLog({ lines }: { readonly lines: readonly string[] }) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="The last lines of the daemon’s log"
      className="mt-3 flex max-h-48 flex-col-reverse overflow-auto rounded-sm bg-sidebar p-3 ring-1 ring-line ring-inset"
    >
      <pre className="wrap-anywhere whitespace-pre-wrap font-mono text-ink text-xs leading-5">{lines.join('\n')}</pre>
    </section>
  );
}

type Start = {
  readonly pending: string | null;
  readonly refusal: StartRefusal | null;
  /** When the refusal came. */
  readonly atMs: number | null;
  readonly run: () => void;
};

function useStart(): Start {
  const retryNow = useRetryNow();
  const [atMs, setAtMs] = useState<number | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<StartRefusal | null>(null);
  const run = (): void => {
    setPending('Starting…');
    setRefusal(null);
    void startDaemon().then((answer) => {
      setPending(null);
      setRefusal(answer);
      setAtMs(Date.now());
      if (answer === null) retryNow();
    });
  };
  return { pending, refusal, atMs, run };
}

type BannerProps = {
  readonly icon: LucideIcon;
  readonly tone: string;
  readonly title: string;
  readonly asOfMs?: number | null;
  readonly actions?: ReactNode;
  readonly problem?: StartRefusal | null;
  readonly below?: ReactNode;
  readonly children: ReactNode;
};

function Banner({ icon: Icon, tone, title, asOfMs = null, actions, problem = null, below, children }: BannerProps) {
  const nowMs = useNow();
  return (
    <section aria-label={title} className="shrink-0 border-line border-b bg-surface px-4 py-3">
      <div className="flex items-start gap-3 max-sm:flex-col">
        <div className="flex min-w-0 flex-1 gap-3">
          <Icon size={18} aria-hidden className={`mt-px shrink-0 ${tone}`} />
          <div className="min-w-0">
            <h2 className="font-semibold">
              {title}
              {asOfMs === null || nowMs === 0 ? null : (
                <span className="ml-2 font-normal text-ink-muted text-xs">shown as of {formatMoment(asOfMs, nowMs)}</span>
              )}
            </h2>
            <p className="text-pretty text-ink-muted">{children}</p>
          </div>
        </div>
        {actions === undefined ? null : <div className="flex shrink-0 gap-2 max-sm:w-full max-sm:pl-7.5">{actions}</div>}
      </div>
      {below}
      {problem === null ? null : <InlineError problem={problem} className="mt-3" />}
    </section>
  );
}
