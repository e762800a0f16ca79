/**
 * The ids of the system: what each looks like and how it is parsed from untrusted text.
 * Pure; every parser answers `null` for text it does not accept and never repairs it.
 */
import type { Brand } from './brand.ts';

/** A project, e.g. `app`: 1–40 of `a-z 0-9 -`, no `-` at either end. Safe as path segment, tmux name and git ref. */
export type ProjectId = Brand<string, 'ProjectId'>;
/** A session, `<project>-<n>` with n from the project's counter, which never goes back. */
export type SessionId = Brand<string, 'SessionId'>;
/** One launch of a session's agent (uuid); hooks carry it so that an older generation can be told apart. */
export type LaunchId = Brand<string, 'LaunchId'>;
/** One data directory's identity (uuid): the owner tag on every runtime it creates. */
export type InstanceId = Brand<string, 'InstanceId'>;
/** One queued message (uuid). */
export type MessageId = Brand<string, 'MessageId'>;
/** Where a runtime is to be found, its host included: for tmux `<socket path>:<session name>`, else `ptyhost:<name>`. Opaque to everyone but its adapter. */
export type RuntimeHandle = Brand<string, 'RuntimeHandle'>;

const PROJECT_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const SESSION_ID = /^([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)-([1-9][0-9]{0,8})$/;
const ORCHESTRATOR_ALIAS = /^([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)\/orchestrator$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const PROJECT_ID_RULE = '1 to 40 of a-z, 0-9 and "-", not starting or ending with "-"';

export function parseProjectId(text: string): ProjectId | null {
  return PROJECT_ID.test(text) ? (text as ProjectId) : null;
}

export function toSessionId(projectId: ProjectId, number: number): SessionId {
  return `${projectId}-${number}` as SessionId;
}

export function parseSessionId(text: string): SessionId | null {
  return SESSION_ID.test(text) ? (text as SessionId) : null;
}

export type SessionRef = { readonly by: 'id'; readonly id: SessionId } | { readonly by: 'orchestrator'; readonly projectId: ProjectId };

/** A session as a person names it: its id, or the stable alias `<project>/orchestrator`. */
export function parseSessionRef(text: string): SessionRef | null {
  const id = parseSessionId(text);
  if (id !== null) return { by: 'id', id };
  const alias = ORCHESTRATOR_ALIAS.exec(text)?.[1];
  return alias === undefined ? null : { by: 'orchestrator', projectId: alias as ProjectId };
}

export function parseLaunchId(text: string): LaunchId | null {
  return UUID.test(text) ? (text as LaunchId) : null;
}

export function parseInstanceId(text: string): InstanceId | null {
  return UUID.test(text) ? (text as InstanceId) : null;
}

/** The project id that a folder's name suggests, or `null` when nothing of the name is usable. */
export function suggestProjectId(folderName: string): ProjectId | null {
  const slug = folderName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return parseProjectId(slug);
}
