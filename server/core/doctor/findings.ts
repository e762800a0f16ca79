/**
 * What is on the machine that no session accounts for, and what a session cannot settle by itself: each with its evidence and one
 * action. Decides only what is worth saying; nothing here is ever done by itself.
 */
import type { SeenRuntime } from '../session/probe.ts';
import type { Session } from '../session/session.ts';
import type { DerivedStatus } from '../session/status.ts';

export const FINDING_KINDS = ['orphan-runtime', 'stray-folder', 'unsettled', 'kept-work'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export type Finding = {
  readonly kind: FindingKind;
  /** The handle, path, session or ref that it is about. */
  readonly subject: string;
  readonly evidence: string;
  /** One command to type. */
  readonly action: string;
};

export type Survey = {
  /** Runtimes that carry our tag and belong to no row. */
  readonly orphans: readonly SeenRuntime[];
  /** Every folder where our worktrees are. */
  readonly folders: readonly string[];
  readonly sessions: readonly { readonly session: Session; readonly derived: DerivedStatus }[];
  readonly kept: readonly { readonly repository: string; readonly ref: string }[];
};

export function findTrouble({ orphans, folders, sessions, kept }: Survey): readonly Finding[] {
  const known = new Set(sessions.map(({ session }) => session.workspace.path));
  const named = new Map(
    sessions.flatMap(({ session }) => (session.preservedRef === null ? [] : [[session.preservedRef, session] as const])),
  );
  return [
    ...orphans.map(toOrphan),
    ...folders.filter((path) => !known.has(path)).map(toStray),
    ...sessions.flatMap(toUnsettled),
    ...kept.map(({ repository, ref }) => toKept(repository, ref, named.get(ref) ?? null)),
  ];
}

function toOrphan({ handle, probe }: SeenRuntime): Finding {
  const what = probe.state === 'alive' ? `process ${probe.pid} runs in it` : 'its program has ended';
  return {
    kind: 'orphan-runtime',
    subject: handle,
    evidence: `It carries our tag for session ${probe.tags.sessionId ?? '(none)'}, which has no row; ${what}.`,
    action: `ao doctor --reap ${quote(handle)}`,
  };
}

function toStray(path: string): Finding {
  return {
    kind: 'stray-folder',
    subject: path,
    evidence: 'It lies among our worktrees, and no session has it.',
    // Never by us: what is in it may be the only copy.
    action: `ls -la ${quote(path)}`,
  };
}

function toUnsettled({ session, derived }: Survey['sessions'][number]): readonly Finding[] {
  const action = { needs_recovery: `ao restore ${session.id}`, unknown: `ao why ${session.id}` }[derived.status as string];
  return action === undefined ? [] : [{ kind: 'unsettled', subject: session.id, evidence: derived.reason, action }];
}

/** A captured commit is shaped like a stash. */
function toKept(repository: string, ref: string, owner: Session | null): Finding {
  const evidence =
    owner === null ? `In ${repository}; no session names it any more.` : `Uncommitted work of ${owner.id}, not put back yet.`;
  const action =
    owner === null
      ? `git -C ${quote(repository)} show --stat ${quote(ref)}`
      : owner.phase === 'terminated'
        ? `ao restore ${owner.id}`
        : `git -C ${quote(owner.workspace.path)} stash apply ${quote(ref)}`;
  return { kind: 'kept-work', subject: ref, evidence, action };
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
