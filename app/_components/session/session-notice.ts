/**
 * What a session's page says above its terminal, derived from what the session is and how its terminal is connected. Pure. One
 * notice at a time, the one that explains most; `null` when everything is as it looks.
 */
import type { SessionView } from '../../../server/contract/session.ts';
import type { AttachPhase } from '../../../server/terminal-client/attach-state.ts';
import type { Connection } from '../../_data/connection.ts';
import { lockReason } from '../../_data/connection.ts';

export type NoticeAction = 'resume' | 'recover' | 'retry' | 'kill';

export type Notice = {
  readonly tone: 'waiting' | 'trouble' | 'over';
  readonly title: string;
  readonly text: string;
  readonly actions: readonly NoticeAction[];
  /** `passing`: laid over the terminal, which will be back in a moment; `lasting`: above it. */
  readonly stay: 'passing' | 'lasting';
};

export type NoticeInput = {
  readonly session: SessionView;
  readonly phase: AttachPhase;
  readonly screen: 'blank' | 'drawn';
  readonly connection: Connection;
};

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

function exitTitle(exitCode: number | null, reason: string): string {
  return exitCode === null ? reason : `The agent exited with code ${exitCode}`;
}

/** What the session's own state asks for, whatever the connection. */
function ofSession(session: SessionView): Notice | null {
  switch (session.status) {
    case 'spawning':
      return { tone: 'waiting', title: 'Starting', text: sentence(session.reason), actions: [], stay: 'lasting' };
    case 'recovering':
      return {
        tone: 'waiting',
        title: 'Recovering',
        text: `${sentence(session.reason)} It comes back under the same id, in the same worktree.`,
        actions: [],
        stay: 'lasting',
      };
    case 'needs_recovery':
      return {
        tone: 'trouble',
        title: 'It could not be brought back',
        text: `${sentence(session.reason)} Its worktree is untouched.`,
        actions: ['recover', 'kill'],
        stay: 'lasting',
      };
    case 'exited':
      return {
        tone: 'over',
        title: exitTitle(session.exitCode, session.reason),
        text: 'This is its last screen. Resume starts the agent again in the same place, with its conversation where it can.',
        actions: ['resume', 'kill'],
        stay: 'lasting',
      };
    // Others are said by the badge and its reason alone: a bar above a living terminal would resize what runs in it.
    default:
      return null;
  }
}

function ofTerminal({ session, phase, screen, connection }: NoticeInput): Notice | null {
  switch (phase.kind) {
    case 'attached':
      return null;
    case 'connecting':
      return screen === 'blank'
        ? { tone: 'waiting', title: 'Connecting to the terminal', text: 'Keys are not sent yet.', actions: [], stay: 'passing' }
        : { tone: 'waiting', title: 'Reconnecting', text: 'Keys are not sent until it is back.', actions: [], stay: 'passing' };
    case 'reconnecting': {
      const why = phase.retryAtMs === null ? (lockReason(connection) ?? phase.why) : phase.why;
      const attempt = phase.failures > 1 ? `, attempt ${phase.failures}` : '';
      return {
        tone: 'waiting',
        title: `Typing is locked${attempt}`,
        text: `${sentence(why)} The session goes on; keys are not sent until the terminal is back.`,
        actions: phase.retryAtMs === null ? [] : ['retry'],
        stay: 'passing',
      };
    }
    case 'exited':
      return {
        tone: 'over',
        title: exitTitle(phase.exitCode, 'The agent exited'),
        text: 'This is its last screen.',
        actions: ['resume', 'kill'],
        stay: 'lasting',
      };
    case 'gone':
      return {
        tone: 'trouble',
        title: 'There is no terminal to show',
        text: `${sentence(phase.why)}${session.status === 'unknown' ? '' : ' If the session is recovered it comes back here by itself.'}`,
        actions: ['retry'],
        stay: 'lasting',
      };
    case 'error':
      return { tone: 'trouble', title: phase.error.message, text: phase.error.hint, actions: ['retry'], stay: 'lasting' };
    default:
      return phase satisfies never;
  }
}

export function deriveNotice(input: NoticeInput): Notice | null {
  const own = ofSession(input.session);
  if (own !== null) return own;
  return ofTerminal(input);
}

/** The launch that a terminal can be attached to now. */
export function attachableLaunch(session: SessionView): string | null {
  if (session.phase !== 'live') return null;
  return session.status === 'recovering' || session.status === 'needs_recovery' ? null : session.launchId;
}
