/** Which agents are on this machine, and what is missing for the others. */
'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDashed } from 'lucide-react';
import { Awaited } from '../../../_components/awaited.tsx';
import { agentName } from '../../../_data/agent-names.ts';
import { useLock } from '../../../_data/live.tsx';
import { toProblem, useTRPC } from '../../../_data/rpc.ts';
import { Button } from '../../../_ui/button.tsx';
import { CodeText } from '../../../_ui/code-text.tsx';
import { InlineError } from '../../../_ui/inline-error.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { Section } from '../section.tsx';

export function AgentList() {
  const trpc = useTRPC();
  const lock = useLock();
  const agents = useQuery({ ...trpc.agents.list.queryOptions({}), enabled: lock === null });
  return (
    <Section title="Agents" lead="A session runs one of these, as it is installed on the machine of the daemon.">
      {agents.error === null ? null : <InlineError problem={toProblem(agents.error)} />}
      {agents.data === undefined && agents.error === null ? (
        <Awaited>
          <Skeleton className="h-32" />
        </Awaited>
      ) : null}
      <ul>
        {[...(agents.data ?? [])]
          .sort((a, b) => Number(b.available) - Number(a.available))
          .map((agent) => (
            <li key={agent.name} className="flex gap-3 border-line border-b py-2.5 last:border-b-0">
              {agent.available ? (
                <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-status-done" />
              ) : (
                <CircleDashed size={16} aria-hidden className="mt-0.5 shrink-0 text-ink-faint" />
              )}
              <div className="min-w-0 flex-1">
                <p className="flex items-baseline gap-2">
                  <span className={agent.available ? 'font-medium' : 'text-ink-muted'}>{agentName(agent.name)}</span>
                  <code className="font-mono text-2xs text-ink-faint">{agent.name}</code>
                </p>
                {agent.available ? null : (
                  <p className="wrap-anywhere text-ink-muted text-xs">
                    <CodeText>{`${agent.why ?? ''} ${agent.hint ?? ''}`}</CodeText>
                  </p>
                )}
              </div>
              <span className={agent.available ? 'text-status-done text-xs' : 'text-ink-faint text-xs'}>
                {agent.available ? 'Ready' : 'Not installed'}
              </span>
            </li>
          ))}
      </ul>
      <Button
        size="sm"
        className="mt-3"
        disabledReason={lock}
        pending={agents.isFetching && agents.data !== undefined ? 'Looking…' : null}
        onClick={() => void agents.refetch()}
      >
        Look again
      </Button>
    </Section>
  );
}
