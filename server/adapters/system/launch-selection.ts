/** Which processes belong to a launch. Pure, so that the one decision that leads to signals can be tested exhaustively. */
import type { ProcessFacts } from './proc-stat.ts';

export type LaunchMembership = {
  readonly rootPid: number | null;
  /** Pids that carry the launch id in their environment. */
  readonly carriers: ReadonlySet<number>;
  /** `<pid>@<startedAt>` of members found by earlier looks. */
  readonly known: ReadonlySet<string>;
  readonly protect: ReadonlySet<number>;
};

/**
 * The root, its session, the carriers, what was known before, and all their descendants. A protected process is never
 * selected and lends its descendants no membership: a daemon started from within a session is not part of it.
 */
export function selectLaunch(table: readonly ProcessFacts[], membership: LaunchMembership): readonly ProcessFacts[] {
  const { rootPid, carriers, known, protect } = membership;
  const childrenOf = new Map<number, ProcessFacts[]>();
  for (const facts of table) {
    const siblings = childrenOf.get(facts.parentPid);
    if (siblings === undefined) childrenOf.set(facts.parentPid, [facts]);
    else siblings.push(facts);
  }
  const selected = new Map<number, ProcessFacts>();
  const queue = table.filter(
    (facts) =>
      carriers.has(facts.pid) ||
      known.has(`${facts.pid}@${facts.startedAt}`) ||
      (rootPid !== null && (facts.pid === rootPid || facts.sessionId === rootPid)),
  );
  for (let facts = queue.pop(); facts !== undefined; facts = queue.pop()) {
    if (protect.has(facts.pid) || selected.has(facts.pid)) continue;
    selected.set(facts.pid, facts);
    queue.push(...(childrenOf.get(facts.pid) ?? []));
  }
  return [...selected.values()];
}
