/** Any command as an agent. The command is the user's own text for `sh`; it is not parsed, quoted or looked into. */
import type { AgentCapabilities } from '../../../core/agent/capabilities.ts';
import { AppError } from '../../../core/errors.ts';
import type { AgentAdapter } from '../../../ports/agent.ts';
import { isExecutable } from '../executable.ts';

/** Most commands are an agent's TUI, which takes Enter right after a paste as part of it (FACTS, tmux). */
const CAPABILITIES: AgentCapabilities = { canResume: false, canSignal: false, steerable: true, freshIsWhole: false, pasteSettleMs: 300 };
const SH = '/bin/sh';

export function createCustomAgent(): AgentAdapter {
  return {
    name: 'custom',
    capabilities: CAPABILITIES,
    async assertAvailable({ command }) {
      requireCommand(command);
      if (isExecutable(SH)) return;
      throw new AppError({
        code: 'AGENT_NOT_FOUND',
        message: `The agent custom runs ${SH}, which is not there.`,
        hint: 'Install a POSIX shell as /bin/sh',
      });
    },
    newAgentSessionId: () => null,
    history: async () => 'absent',
    prepare: async () => undefined,
    launch({ command, prompt, rolePrompt }) {
      // An orchestrator without a prompt of its own has at least its role.
      const said = prompt ?? rolePrompt;
      return { argv: [SH, '-c', requireCommand(command)], env: said === null ? {} : { AO_PROMPT: said } };
    },
    interpret: () => null,
  };
}

function requireCommand(command: string | null): string {
  if (command !== null && command.trim() !== '') return command;
  throw new AppError({
    code: 'COMMAND_REQUIRED',
    message: 'The agent custom runs a command, and none was given.',
    hint: `Add one; it finds its prompt in $AO_PROMPT: --agent custom --command 'my-agent "$AO_PROMPT"'`,
  });
}
