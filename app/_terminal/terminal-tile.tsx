/**
 * A session's terminal as one of several: live, drawn as large as fits, and without a say in its size until it is typed into. Its
 * connection ends where it is scrolled away, and begins again with a fresh picture.
 */
'use client';

import '@xterm/xterm/css/xterm.css';
import './terminal.css';
import { clsx } from 'clsx';
import { type RefObject, useEffect, useRef } from 'react';
import type { AttachPhase } from '../../server/terminal-client/attach-state.ts';
import { useSocket } from '../_data/live.tsx';
import { useInSight } from '../_data/use-in-sight.ts';
import { Button } from '../_ui/button.tsx';
import { TerminalQuestionDialog } from './questions.tsx';
import { TerminalNotes } from './terminal-notes.tsx';
import { isForeignSize } from './terminal-view-state.ts';
import { terminalsOf } from './terminals.ts';
import { useLiveTerminal, useTerminalView } from './use-live-terminal.ts';

export type TerminalTileProps = {
  readonly sessionId: string;
  readonly program: 'shell' | 'other';
  readonly launch: string | null;
  /** Calls the terminal in; where the keyboard lands when it leaves. */
  readonly entry: RefObject<HTMLButtonElement | null>;
  readonly onFocus: (focus: 'inside' | 'outside') => void;
};

export function TerminalTile({ sessionId, program, launch, entry, onFocus }: TerminalTileProps) {
  const socket = useSocket();
  const place = useRef<HTMLDivElement>(null);
  const inSight = useInSight(place);
  const terminal = useLiveTerminal({ sessionId, socket, container: place, as: inSight === true ? 'tile' : 'away' });
  const view = useTerminalView(terminal);

  useEffect(() => {
    // After it was taken out of its place; one that another page left behind is not touched before it is known to be away.
    if (inSight === false) terminalsOf(socket).drop(sessionId);
  }, [inSight, socket, sessionId]);
  useEffect(() => {
    // A page of its own has search and history.
    terminal?.setHost({ onSearch: () => undefined, onLeave: () => entry.current?.focus() });
    return () => terminal?.setHost(null);
  }, [terminal, entry]);
  useEffect(() => terminal?.setProgram(program), [terminal, program]);
  useEffect(() => terminal?.setLaunch(launch), [terminal, launch]);
  useEffect(() => {
    const enter = (): void => terminal?.focus();
    const button = entry.current;
    button?.addEventListener('click', enter);
    return () => button?.removeEventListener('click', enter);
  }, [terminal, entry]);
  const focus = view?.focus ?? 'outside';
  useEffect(() => onFocus(focus), [focus, onFocus]);

  const phase = view?.attach.phase ?? null;
  const said = phase === null ? null : describePhase(phase);
  const isOver = phase?.kind === 'exited' || phase?.kind === 'gone';
  return (
    <>
      {said === null ? null : (
        <p className="flex min-h-8 shrink-0 items-center gap-2 border-line border-b px-2 py-1 text-ink-muted text-xs">
          <span className="min-w-0 flex-1">{said}</span>
          {phase?.kind === 'reconnecting' || phase?.kind === 'error' ? (
            <Button size="sm" onClick={() => terminal?.retryNow()}>
              Retry now
            </Button>
          ) : null}
        </p>
      )}
      <div className="relative min-h-0 flex-1 bg-(--term-background)">
        <div
          ref={place}
          data-terminal={sessionId}
          data-attach={phase?.kind ?? 'none'}
          data-size={view !== null && isForeignSize(view) ? 'foreign' : 'own'}
          className={clsx('absolute inset-0', phase !== null && phase.kind !== 'attached' && !isOver && 'opacity-60')}
        />
        {terminal === null || view === null ? null : <TerminalNotes terminal={terminal} view={view} />}
      </div>
      <TerminalQuestionDialog question={view?.question ?? null} onAnswer={(word) => terminal?.answer(word)} />
    </>
  );
}

/** What keeps somebody from typing, and `null` when nothing does. A first connection is too short to speak of. */
function describePhase(phase: AttachPhase): string | null {
  switch (phase.kind) {
    case 'connecting':
      return phase.failures === 0 ? null : 'Connecting again…';
    case 'attached':
      return null;
    case 'reconnecting':
      return `${phase.why.replace(/\.*$/, '.')} Keys are not sent.`;
    case 'exited':
      return phase.exitCode === null ? 'Its program has ended.' : `Its program has ended with code ${phase.exitCode}.`;
    case 'gone':
      return phase.why.replace(/\.*$/, '.');
    case 'error':
      return `${phase.error.message} ${phase.error.hint}`;
    default:
      return phase satisfies never;
  }
}
