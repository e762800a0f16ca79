/** The agents there are, by name. */
import { AppError } from '../../core/errors.ts';
import type { AgentAdapter, AgentRegistry } from '../../ports/agent.ts';

export function createAgentRegistry(adapters: readonly AgentAdapter[]): AgentRegistry {
  const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));
  const names = [...byName.keys()].sort();
  return {
    names,
    get(name) {
      const adapter = byName.get(name);
      if (adapter !== undefined) return adapter;
      throw new AppError({
        code: 'AGENT_UNKNOWN',
        message: `There is no agent ${JSON.stringify(name.slice(0, 80))}; known are ${names.join(', ')}.`,
        hint: `Name one of them, e.g. --agent ${names[0] ?? 'shell'}`,
      });
    },
  };
}
