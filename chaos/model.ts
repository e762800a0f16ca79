/**
 * What a run predicts: every session it asked for, as it must be found, and every message it sent. Events say here what they
 * did; whatever is seen and was not said here is a loss. Knows nothing of how things are looked at.
 */

/**
 * `shell`: as good anew. `keeper`: writes each line it is told into a file of its worktree. `talker`: resumes a conversation.
 * `stubborn`: outlives its terminal and leaves a server in a session of its own.
 */
export const AGENT_ROLES = ['shell', 'keeper', 'talker', 'stubborn'] as const;
export type AgentRole = (typeof AGENT_ROLES)[number];

export type Expected = {
  readonly id: string;
  readonly kind: 'orchestrator' | 'worker';
  readonly role: AgentRole;
  readonly workspacePath: string;
  readonly branch: string;
  readonly agentSessionId: string | null;
  readonly phase: 'live' | 'exited' | 'terminated';
  readonly launchId: string;
  /** The agent's process in this launch. */
  readonly panePid: number;
  /** I4: `no` for one without a prompt whose agent cannot go on with a conversation. It ends with its host, its work kept. */
  readonly comesBack: 'yes' | 'no';
  /** Its host died with it. `relaunch`: a new launch under the same id is due; `end`: it is due to be terminated. */
  readonly due: 'nothing' | 'relaunch' | 'end';
  /** Where its uncommitted file is: `captured` when it was replaced, to a ref, and its worktree is gone. */
  readonly work: 'in its worktree' | 'captured';
  /** Launches that ended by the agent's own end; what they left running is the user's. */
  readonly exitedLaunches: readonly string[];
};

export type Sent = { readonly sessionId: string; readonly key: string; readonly text: string };

export type Model = {
  readonly sessions: () => readonly Expected[];
  readonly get: (id: string) => Expected;
  readonly find: (id: string) => Expected | null;
  readonly live: (role?: AgentRole) => readonly Expected[];
  readonly sent: () => readonly Sent[];
  /** Spawns that were cut off before their answer: each may have made one session. */
  readonly openSpawns: () => number;
  put(session: Expected): void;
  change(id: string, patch: Partial<Expected>): void;
  send(message: Sent): void;
  spawnCutOff(): void;
  /** Once everything is settled nothing is open any more. */
  closeSpawns(): void;
  /** Its host ended, and its agent with it. */
  hostGone(id: string): void;
  /** All of them. */
  hostsGone(): void;
};

export function createModel(): Model {
  const sessions = new Map<string, Expected>();
  const sent: Sent[] = [];
  let openSpawns = 0;
  const get = (id: string): Expected => {
    const found = sessions.get(id);
    if (found === undefined) throw new Error(`the model knows no ${id}`);
    return found;
  };
  const change = (id: string, patch: Partial<Expected>): void => void sessions.set(id, { ...get(id), ...patch });
  function hostGone(id: string): void {
    const { phase, comesBack } = get(id);
    if (phase === 'live') change(id, { due: comesBack === 'yes' ? 'relaunch' : 'end' });
  }
  return {
    sessions: () => [...sessions.values()],
    get,
    find: (id) => sessions.get(id) ?? null,
    live: (role) => [...sessions.values()].filter((session) => session.phase === 'live' && (role === undefined || session.role === role)),
    sent: () => sent,
    openSpawns: () => openSpawns,
    put: (session) => void sessions.set(session.id, session),
    change,
    send: (message) => void sent.push(message),
    spawnCutOff: () => {
      openSpawns += 1;
    },
    closeSpawns: () => {
      openSpawns = 0;
    },
    hostGone,
    hostsGone() {
      for (const id of sessions.keys()) hostGone(id);
    },
  };
}

/** The uncommitted file that every session has in its worktree, and what stands in it. */
export const PRECIOUS_FILE = 'precious.txt';
export const preciousText = (id: string): string => `uncommitted work of ${id}\n`;
/** Where a keeper writes what it is told. */
export const INBOX_FILE = 'inbox.txt';
