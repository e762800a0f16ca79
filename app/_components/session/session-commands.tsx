/** What the palette can do with the session on the screen, as data. */
import { Film, Play, RotateCcw, Skull, SquarePen } from 'lucide-react';
import type { SessionView } from '../../../server/contract/session.ts';
import type { Command } from '../../_data/commands.tsx';
import type { PanelName } from './session-layout.tsx';
import type { SessionActions } from './use-session-actions.ts';

export function sessionCommands(can: {
  readonly session: SessionView;
  readonly actions: SessionActions;
  readonly lock: string | null;
  readonly side: 'open' | 'closed';
  readonly onRename: () => void;
  readonly onShow: (panel: PanelName) => void;
  readonly onSide: () => void;
  readonly onRecording: () => void;
}): readonly Command[] {
  const { session, actions, lock, side, onRename, onShow, onSide, onRecording } = can;
  return [
    {
      id: 'session:resume',
      title: 'Resume the agent',
      group: 'Here',
      keywords: 'restart continue',
      icon: <Play size={16} aria-hidden />,
      disabledReason: actions.resume.disabledReason,
      run: actions.resume.run,
    },
    {
      id: 'session:restore',
      title: session.phase === 'terminated' ? 'Restore the session' : 'Recover the session',
      group: 'Here',
      keywords: 'recover bring back',
      icon: <RotateCcw size={16} aria-hidden />,
      disabledReason: actions.restore.disabledReason,
      run: actions.restore.run,
    },
    {
      id: 'session:rename',
      title: 'Rename the session',
      group: 'Here',
      shortcut: 'r',
      icon: <SquarePen size={16} aria-hidden />,
      disabledReason: lock,
      run: onRename,
    },
    { id: 'session:details', title: 'Show details', group: 'Here', shortcut: 'd', run: () => onShow('details') },
    {
      id: 'session:timeline',
      title: 'Show the timeline',
      group: 'Here',
      shortcut: 'l',
      keywords: 'history events reasons',
      run: () => onShow('timeline'),
    },
    {
      id: 'session:messages',
      title: 'Show messages',
      group: 'Here',
      shortcut: 'm',
      keywords: 'send prompt',
      run: () => onShow('messages'),
    },
    { id: 'session:side', title: side === 'open' ? 'Hide the side panel' : 'Show the side panel', group: 'Here', run: onSide },
    {
      id: 'session:recording',
      title: 'Show the recording',
      group: 'Here',
      keywords: 'replay play back asciicast past output',
      icon: <Film size={16} aria-hidden />,
      run: onRecording,
    },
    // Last: what the palette marks when it opens must not be what ends a session.
    {
      id: 'session:kill',
      title: `Kill ${session.id}…`,
      group: 'Here',
      keywords: 'end stop terminate',
      icon: <Skull size={16} aria-hidden />,
      disabledReason: actions.kill.disabledReason,
      run: actions.kill.run,
    },
  ];
}
