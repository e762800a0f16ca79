/** The contract's views as text for people. Pure. */
import type { ProjectView } from '../contract/project.ts';
import type { MessageView, SessionView } from '../contract/session.ts';
import { formatFacts, formatTable } from './table.ts';

export function describeSession(session: SessionView): string {
  return formatFacts([
    ['id', session.id],
    ['title', session.title === session.id ? '' : session.title],
    ['status', `${session.status}: ${session.reason}`],
    ['kind', session.kind],
    ['agent', session.agent],
    ['exit', session.exitSignal ?? session.exitCode],
    ['branch', session.branch],
    ['worktree', session.workspacePath],
    ['preserved', session.preservedRef],
    ['runtime', `${session.runtime.kind} ${session.runtime.handle}`],
    ['created', session.createdAt],
  ]);
}

export function describeSessions(sessions: readonly SessionView[]): string {
  if (sessions.length === 0) return 'No sessions. Start one: ao spawn --project <id> --prompt "…"';
  return formatTable(
    ['ID', 'KIND', 'AGENT', 'STATUS', 'TITLE', 'REASON'],
    sessions.map(({ id, kind, agent, status, title, reason }) => [id, kind, agent, status, title, reason]),
  );
}

export function describeProject(project: ProjectView): string {
  return formatFacts([
    ['id', project.id],
    ['name', project.name],
    ['path', project.path],
    ['base', project.base],
    ['agent', project.agent],
    ['orchestrator', project.orchestratorAgent],
    ['orchestrator command', project.orchestratorCommand],
    ['environment', Object.keys(project.env).join(', ')],
    ['symlinks', project.symlinks.join(', ')],
    ['post-create', project.postCreate.join('; ')],
    ['disposable', project.disposable.join(', ')],
    ['record', project.record],
  ]);
}

export function describeProjects(projects: readonly ProjectView[]): string {
  if (projects.length === 0) return 'No projects. Add one: ao project add --path <repository>';
  return formatTable(
    ['ID', 'AGENT', 'ORCHESTRATOR', 'BASE', 'PATH'],
    projects.map(({ id, agent, orchestratorAgent, base, path }) => [id, agent, orchestratorAgent, base, path]),
  );
}

export function describeMessages(messages: readonly MessageView[]): string {
  if (messages.length === 0) return 'No messages. Send one: ao send <id> "…"';
  return formatTable(
    ['MESSAGE', 'STATE', 'AT', 'TEXT', 'REASON'],
    messages.map(({ messageId, state, createdAt, text, reason }) => [messageId, state, createdAt, text, reason ?? '']),
  );
}
