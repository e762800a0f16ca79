/**
 * An agent of which everything can be set: whether it is installed, what it can do, what became of its history. Its launches
 * run `['stay']` on the fake runtime unless told otherwise. Hook events are activities by name, e.g. `working`.
 */
import type { AgentCapabilities, HistoryState } from '../../core/agent/capabilities.ts';
import { AppError } from '../../core/errors.ts';
import { ACTIVITIES } from '../../core/session/session.ts';
import type { AgentAdapter, AgentLaunch, AgentLaunchContext } from '../../ports/agent.ts';

export type FakeAgent = {
  readonly agent: AgentAdapter;
  /** Contexts handed to `prepare`, oldest first. */
  readonly prepared: readonly AgentLaunchContext[];
  /** Contexts handed to `launch`, oldest first. */
  readonly launched: readonly AgentLaunchContext[];
  setInstalled(installed: 'yes' | 'no'): void;
  setHistory(history: HistoryState): void;
  /** What the next launches run; see the fake runtime's scripts. */
  setArgv(argv: AgentLaunch['argv']): void;
  /** The next `prepare` fails so. */
  failNextPrepare(error: AppError): void;
};

export type FakeAgentOptions = {
  readonly name?: string;
  readonly capabilities?: Partial<AgentCapabilities>;
  /** As `custom` does: a launch needs a command. */
  readonly command?: 'required' | 'unused';
};

const CAPABILITIES: AgentCapabilities = { canResume: true, canSignal: true, steerable: true, freshIsWhole: false, pasteSettleMs: 0 };

export function createFakeAgent({ name = 'fake', capabilities, command: needsCommand = 'unused' }: FakeAgentOptions = {}): FakeAgent {
  const prepared: AgentLaunchContext[] = [];
  const launched: AgentLaunchContext[] = [];
  const failures: AppError[] = [];
  const able = { ...CAPABILITIES, ...capabilities };
  let installed = true;
  let history: HistoryState = 'present';
  let argv: AgentLaunch['argv'] = ['stay'];
  let conversations = 0;

  function requireAll(command: string | null): void {
    if (needsCommand === 'required' && (command === null || command === '')) {
      throw new AppError({ code: 'COMMAND_REQUIRED', message: `The agent ${name} needs a command.`, hint: '--command <text>' });
    }
    if (!installed)
      throw new AppError({ code: 'AGENT_NOT_FOUND', message: `The program ${name} is not on PATH.`, hint: `Install ${name}` });
  }

  return {
    prepared,
    launched,
    setInstalled(next) {
      installed = next === 'yes';
    },
    setHistory(next) {
      history = next;
    },
    setArgv(next) {
      argv = next;
    },
    failNextPrepare: (error) => void failures.push(error),
    agent: {
      name,
      capabilities: able,
      async assertAvailable({ command }) {
        requireAll(command);
      },
      newAgentSessionId() {
        if (!able.canResume) return null;
        conversations += 1;
        return `00000000-0000-4000-a000-${String(conversations).padStart(12, '0')}`;
      },
      history: async ({ agentSessionId }) => (agentSessionId === null ? 'absent' : history),
      async prepare(context) {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        prepared.push(context);
      },
      launch(context) {
        requireAll(context.command);
        launched.push(context);
        return { argv, env: context.prompt === null ? {} : { AO_PROMPT: context.prompt } };
      },
      interpret(event, payload) {
        const activity = ACTIVITIES.find((one) => one === event);
        if (activity === undefined || !able.canSignal) return null;
        const [attention, id] = [payload['attention'], payload['agentSessionId']];
        return {
          activity,
          attention: typeof attention === 'string' ? attention : null,
          agentSessionId: typeof id === 'string' ? id : null,
        };
      },
    },
  };
}
