/** The agents on this machine, as the forms offer them. */
'use client';

import { useQuery } from '@tanstack/react-query';
import type { AgentView } from '../../server/contract/agent.ts';
import type { SelectOption } from '../_ui/select.tsx';
import { agentName } from './agent-names.ts';
import { useLock } from './live.tsx';
import { useTRPC } from './rpc.ts';

/** As a session of the project would find them: its environment may have a PATH of its own. */
export function useAgents(projectId?: string): readonly AgentView[] {
  const trpc = useTRPC();
  const lock = useLock();
  const { data } = useQuery({
    ...trpc.agents.list.queryOptions(projectId === undefined ? {} : { projectId }),
    enabled: lock === null,
    staleTime: 30_000,
  });
  return data ?? [];
}

/** The installed ones first, of these those that need nothing more; those that are not there stay in the list, and say so. */
export function toAgentOptions(agents: readonly AgentView[]): readonly SelectOption<string>[] {
  const rank = (agent: AgentView): number => (agent.available ? 0 : 4) + (agent.needsCommand ? 2 : agent.name === 'shell' ? 1 : 0);
  return [...agents]
    .sort((a, b) => rank(a) - rank(b))
    .map((agent) => ({
      value: agent.name,
      label: agentName(agent.name),
      disabled: !agent.available,
      ...(agent.available ? {} : { note: 'not installed' }),
    }));
}

/** What a newcomer most likely wants: a coding agent that is there, else a shell. */
export function preferredAgent(agents: readonly AgentView[]): string | null {
  const usable = agents.filter(({ available }) => available);
  const coding = usable.find(({ name, needsCommand }) => !needsCommand && name !== 'shell');
  return (coding ?? usable.find(({ name }) => name === 'shell') ?? usable[0])?.name ?? null;
}
