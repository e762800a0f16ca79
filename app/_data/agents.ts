/** The agents on this machine, as the forms offer them. */
'use client';

import { useQuery } from '@tanstack/react-query';
import type { AgentView } from '../../server/contract/agent.ts';
import type { SelectOption } from '../_ui/select.tsx';
import { agentName } from './agent-names.ts';
import { useLock } from './live.tsx';
import { useTRPC } from './rpc.ts';

export function useAgents(): readonly AgentView[] {
  const trpc = useTRPC();
  const lock = useLock();
  const { data } = useQuery({ ...trpc.agents.list.queryOptions({}), enabled: lock === null, staleTime: 30_000 });
  return data ?? [];
}

/** The installed ones first; those that are not stay in the list, and say so. */
export function toAgentOptions(agents: readonly AgentView[]): readonly SelectOption<string>[] {
  return [...agents]
    .sort((a, b) => Number(b.available) - Number(a.available))
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
