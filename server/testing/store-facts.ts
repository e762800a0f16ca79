/** What tests of the store write: a project, sessions of it, messages to them. */
import type { MessageId, ProjectId, SessionId } from '../core/ids.ts';
import type { Session } from '../core/session/session.ts';
import type { EventDraft, Message, Project, SessionDraft, Store } from '../ports/store.ts';
import { sessionFacts } from './session-facts.ts';

export const APP = 'app' as ProjectId;
export const WHY: EventDraft = { kind: 'test', reason: 'the test wants it' };

export function projectFacts(patch: Partial<Project> = {}): Project {
  return {
    id: APP,
    path: '/r',
    name: 'App',
    base: 'main',
    agent: 'shell',
    orchestratorAgent: 'shell',
    orchestratorCommand: null,
    env: { LANG: 'C.UTF-8' },
    symlinks: ['node_modules'],
    postCreate: ['npm ci'],
    disposable: ['dist/'],
    record: 'off',
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
    ...patch,
  };
}

export function draftOf(patch: Partial<Session> = {}): SessionDraft {
  const { createdAtMs: _createdAtMs, updatedAtMs: _updatedAtMs, ...facts } = sessionFacts({ phase: 'spawning', ...patch });
  return { ...facts, tokenHash: `hash-of-${facts.launchId}` };
}

export function messageTo(
  sessionId: SessionId,
  patch: Partial<Pick<Message, 'key' | 'text'>> & { readonly n?: number } = {},
): Parameters<Store['messages']['enqueue']>[0] {
  const { n = 1, key = `key-${n}`, text = `text ${n}` } = patch;
  return { id: `message-${n}-${key}` as MessageId, sessionId, key, text };
}
