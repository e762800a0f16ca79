/**
 * Every method of the ports through which sessions are changed, and whether it changes anything. A new method stands in neither
 * list and fails the test until somebody has decided.
 */

type Port = { readonly file: string; readonly interfaces: Readonly<Record<string, Kinds>> };
type Kinds = {
  /** As the services call it, e.g. `sessions` for `store.sessions.update`. */
  readonly receiver: string;
  readonly effects: readonly string[];
  readonly harmless: readonly string[];
};

export const PORTS: readonly Port[] = [
  {
    file: 'server/ports/store.ts',
    interfaces: {
      SessionStore: {
        receiver: 'sessions',
        effects: ['nextNumber', 'insert', 'update', 'updateAll', 'beginLaunch', 'remove'],
        // A note is history and changes nothing that anybody decides on.
        harmless: ['get', 'list', 'launchIds', 'findByTokenHash', 'note', 'events', 'lastEvent', 'pruneEvents'],
      },
      MessageStore: { receiver: 'messages', effects: ['enqueue', 'update'], harmless: ['get', 'list', 'next', 'pendingSessions'] },
      MetaStore: {
        receiver: 'meta',
        effects: ['recordStop', 'recordBootId', 'setKeepDaemon', 'setBriefing'],
        harmless: ['lastStop', 'lastBootId', 'keepDaemon', 'briefing'],
      },
    },
  },
  {
    file: 'server/ports/runtime.ts',
    interfaces: {
      RuntimeProbe: { receiver: 'runtime', effects: [], harmless: ['connect', 'probe'] },
      RuntimeLauncher: { receiver: 'runtime', effects: ['create', 'restart', 'revoke'], harmless: ['assertInstalled', 'handleFor'] },
      RuntimeDestroyer: { receiver: 'runtime', effects: ['destroy'], harmless: [] },
      // Keys and sizes of whoever looks on; nothing is remembered of them.
      RuntimeTerminal: {
        receiver: 'runtime',
        effects: ['paste', 'submit'],
        harmless: ['capture', 'screens', 'history', 'write', 'resize', 'receipts'],
      },
      RuntimeConnection: { receiver: 'runtime', effects: ['close'], harmless: [] },
    },
  },
  {
    file: 'server/ports/workspace.ts',
    interfaces: {
      WorkspacePort: {
        receiver: 'workspace',
        effects: ['create', 'capture', 'removeClean', 'removeCaptured', 'undo', 'applyPreserved', 'link'],
        harmless: ['inspectRepository', 'assertBase', 'look', 'plan', 'state', 'dirt', 'judgeRemoval'],
      },
    },
  },
  {
    file: 'server/ports/agent.ts',
    interfaces: {
      AgentAdapter: {
        receiver: 'agent',
        effects: ['prepare'],
        harmless: ['assertAvailable', 'newAgentSessionId', 'history', 'launch', 'interpret'],
      },
    },
  },
  { file: 'server/ports/process-runner.ts', interfaces: { ProcessRunner: { receiver: 'runner', effects: ['run'], harmless: [] } } },
];

/** As the end of a call's path. An agent is got from the registry, so its method stands alone. */
export const SERVICE_CALLS: readonly string[] = PORTS.flatMap(({ interfaces }) =>
  Object.values(interfaces).flatMap(({ receiver, effects }) =>
    effects.map((method) => (receiver === 'agent' ? method : `${receiver}.${method}`)),
  ),
);
