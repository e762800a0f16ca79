/** For tests: a world that is seen to be exactly as a model predicts. */
import type { Expected, Model } from './model.ts';
import type { Seen, SeenRow } from './oracle.ts';

export const rowOf = ({ id, kind, phase, launchId, workspacePath, branch, agentSessionId }: Expected): SeenRow => ({
  id,
  kind,
  launchId,
  workspacePath,
  branch,
  agentSessionId,
  phase: phase === 'terminated' ? 'terminated' : 'live',
  replacedBy: null,
  status: { live: 'running', exited: 'exited', terminated: 'terminated' }[phase],
});

export function seenOf(model: Model): Seen {
  const sessions = model.sessions();
  return {
    daemonPid: 7,
    rows: sessions.map(rowOf),
    panes: model.live().map(({ panePid, launchId }) => ({ pid: panePid, dead: false, launchId })),
    daemonPids: [7],
    processes: [],
    precious: new Map(sessions.map(({ id }) => [id, { inWorktree: 'whole', inRef: 'lost' }])),
    worktrees: sessions.map(({ workspacePath }) => workspacePath),
    inboxes: new Map(sessions.map(({ id }) => [id, model.sent().flatMap(({ sessionId, text }) => (sessionId === id ? [text] : []))])),
    conversations: new Map(sessions.flatMap(({ agentSessionId }) => (agentSessionId === null ? [] : [[agentSessionId, ['new']]]))),
  };
}
