/** A live session's terminal, with what the session has to say above it and the buttons that answer to that. */
'use client';

import type { ReactNode } from 'react';
import type { SessionView } from '../../../server/contract/session.ts';
import { useConnection } from '../../_data/live.tsx';
import { createLoaded } from '../../_data/loaded.ts';
import type { TerminalPanelProps } from '../../_terminal/terminal-panel.tsx';
import { Button } from '../../_ui/button.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { attachableLaunch, deriveNotice, type NoticeAction } from './session-notice.ts';
import type { SessionActions } from './use-session-actions.ts';

/** xterm and its addons come with the first terminal; a board needs none of them. */
const panel = createLoaded(async () => {
  const { TerminalPanel, prepareTerminal } = await import('../../_terminal/terminal-panel.tsx');
  prepareTerminal();
  return TerminalPanel;
});
// Not only when the session is known, which is a connection and a snapshot later.
if (typeof window !== 'undefined') panel.begin();

export type SessionTerminalProps = { readonly session: SessionView; readonly actions: SessionActions };

export function SessionTerminal({ session, actions }: SessionTerminalProps) {
  const connection = useConnection();
  const TerminalPanel = panel.useCode();
  const notice: TerminalPanelProps['notice'] = ({ phase, screen, pressed, retryNow }) => {
    const said = deriveNotice({ session, phase, screen, connection });
    if (said === null) return null;
    const button = (action: NoticeAction): ReactNode => {
      switch (action) {
        case 'retry':
          return (
            <Button key={action} size="sm" onClick={retryNow}>
              Retry now
            </Button>
          );
        case 'resume':
        case 'recover': {
          const [label, { pending, disabledReason, run }] =
            action === 'resume' ? (['Resume', actions.resume] as const) : (['Recover', actions.restore] as const);
          return (
            <Button key={action} size="sm" variant="primary" pending={pending} disabledReason={disabledReason} onClick={run}>
              {label}
            </Button>
          );
        }
        case 'kill':
          return (
            <Button key={action} size="sm" disabledReason={actions.kill.disabledReason} onClick={actions.kill.run}>
              Kill…
            </Button>
          );
      }
    };
    return (
      <NoticeBar notice={said} pressed={pressed}>
        {said.actions.length === 0 ? undefined : said.actions.map(button)}
      </NoticeBar>
    );
  };
  return TerminalPanel === null ? null : (
    <TerminalPanel
      sessionId={session.id}
      program={session.agent === 'shell' ? 'shell' : 'other'}
      launch={attachableLaunch(session)}
      notice={notice}
    />
  );
}
