/** The session's facts, each as the daemon knows it. */
'use client';

import Link from 'next/link';
import type { SessionView } from '../../../server/contract/session.ts';
import { agentName } from '../../_data/agent-names.ts';
import { useProject } from '../../_data/live.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { CopyValue } from './copy-value.tsx';
import { Fact, Moment } from './fact.tsx';
import { SessionWhy } from './session-why.tsx';

const MODES: Readonly<Record<SessionView['launchMode'], string>> = {
  spawned: 'first launch',
  resumed: 'resumed with its conversation',
  replayed: 'launched again with its prompt',
  fresh: 'launched afresh',
};

const SOURCES: Readonly<Record<SessionView['activitySource'], string>> = {
  hook: 'reported by the agent',
  process: 'seen in its processes',
  screen: 'read from its screen',
  none: 'nothing reported',
};

export function SessionDetails({ session }: { readonly session: SessionView }) {
  const project = useProject(session.projectId);
  return (
    <div className="space-y-5 px-4 py-4">
      <div>
        <StatusBadge status={session.status} />
        <p className="wrap-anywhere mt-1 text-pretty text-ink-muted">{session.reason}</p>
      </div>
      <dl>
        <Fact name="Session">
          <CopyValue value={session.id} label="id" />
        </Fact>
        <Fact name="Project">
          <Link href={`/projects/${session.projectId}`} className="rounded-sm text-link hover:underline">
            {project?.name ?? session.projectId}
          </Link>
        </Fact>
        <Fact name="Agent">
          {agentName(session.agent)}
          {session.kind === 'orchestrator' ? ', orchestrator' : ''}
        </Fact>
        {session.command === null ? null : (
          <Fact name="Command">
            <code className="font-mono text-xs">{session.command}</code>
          </Fact>
        )}
        <Fact name="Branch">
          <CopyValue value={session.branch} label="branch" />
        </Fact>
        <Fact name="Base">
          <code className="font-mono text-xs">{session.base}</code>
        </Fact>
        <Fact name="Worktree">
          <CopyValue value={session.workspacePath} label="path of the worktree" />
        </Fact>
        {session.preservedRef === null ? null : (
          <Fact name="Kept work">
            <CopyValue value={session.preservedRef} label="ref of the kept work" />
          </Fact>
        )}
      </dl>
      <dl>
        <Fact name="Activity">
          {session.activityAt === null ? (
            'nothing reported'
          ) : (
            <>
              {session.activity === 'needs_you' ? 'waits for you' : session.activity}, <Moment iso={session.activityAt} />
              <span className="block text-ink-faint text-xs">{SOURCES[session.activitySource]}</span>
            </>
          )}
        </Fact>
        <Fact name="Launched">
          <Moment iso={session.launchedAt} />
          <span className="block text-ink-faint text-xs">{MODES[session.launchMode]}</span>
        </Fact>
        {session.exitedAt === null ? null : (
          <Fact name="Exited">
            <Moment iso={session.exitedAt} />
            {session.exitSignal !== null ? `, by ${session.exitSignal}` : session.exitCode === null ? '' : `, code ${session.exitCode}`}
          </Fact>
        )}
        <Fact name="Created">
          <Moment iso={session.createdAt} />
        </Fact>
        {session.agentSessionId === null ? null : (
          <Fact name="Conversation">
            <CopyValue value={session.agentSessionId} label="id of the conversation" />
          </Fact>
        )}
        {session.replaces === null ? null : (
          <Fact name="Replaces">
            <SessionLink id={session.replaces} />
          </Fact>
        )}
        {session.replacedBy === null ? null : (
          <Fact name="Replaced by">
            <SessionLink id={session.replacedBy} />
          </Fact>
        )}
      </dl>
      <SessionWhy session={session} />
      {session.prompt === null ? null : (
        <div>
          <h2 className="mb-1.5 font-medium text-xs">Prompt</h2>
          <p className="wrap-anywhere max-h-80 overflow-y-auto whitespace-pre-wrap rounded-sm bg-sidebar px-3 py-2 ring-1 ring-line ring-inset">
            {session.prompt}
          </p>
        </div>
      )}
    </div>
  );
}

function SessionLink({ id }: { readonly id: string }) {
  return (
    <Link href={`/sessions/${id}`} prefetch={false} className="rounded-sm font-mono text-link text-xs hover:underline">
      {id}
    </Link>
  );
}
