/**
 * A clean replacement as facts: who follows whom. The successor's row is the durable job. While it is being started the old one
 * stays the project's orchestrator; in the transaction that marks the successor live the old one is told to go; in the one
 * that marks the old one ended the successor takes its slot. Decides only; callers write.
 */
import type { ProjectId } from '../../core/ids.ts';
import type { Session, Slot } from '../../core/session/session.ts';
import type { SessionChange, Store } from '../../ports/store.ts';

type Sessions = Pick<Store, 'sessions'>;

/** Orchestrators of a project that are spawning or live, by the slot they hold. */
export function holdersOf(store: Sessions, projectId: ProjectId): Readonly<Record<Slot, Session | null>> {
  const open = store.sessions.list({ projectId, phases: ['spawning', 'live'] });
  const holder = (slot: Slot): Session | null => open.find((session) => session.slot === slot) ?? null;
  return { current: holder('current'), successor: holder('successor') };
}

/** What becomes of others when an orchestrator goes live, and the slot it has from then on. */
export function planSuccession(
  store: Sessions,
  successor: Session,
  nowMs: number,
): { readonly slot: Slot | null; readonly others: readonly SessionChange[] } {
  // One that was killed while it was being started replaces nobody.
  if (successor.kind !== 'orchestrator' || successor.killRequestedAtMs !== null) return { slot: successor.slot, others: [] };
  const { current } = holdersOf(store, successor.projectId);
  const old = current === null || current.id === successor.id ? null : current;
  const replaced = successor.replaces === null ? null : store.sessions.get(successor.replaces);
  const event = { kind: 'replaced', reason: `${successor.id} takes its place` };
  const others: SessionChange[] = [];
  if (old !== null) {
    const patch = { killRequestedAtMs: old.killRequestedAtMs ?? nowMs, replacedBy: successor.id, parked: false };
    others.push({ id: old.id, patch, event });
  }
  if (replaced !== null && replaced.id !== old?.id && replaced.replacedBy === null)
    others.push({ id: replaced.id, patch: { replacedBy: successor.id, parked: false }, event });
  return { slot: old === null ? 'current' : 'successor', others };
}

/** Who takes the slot when this one ends: a successor that is live and wanted. */
export function planInheritance(store: Sessions, leaving: Session): readonly SessionChange[] {
  if (leaving.slot !== 'current') return [];
  const { successor } = holdersOf(store, leaving.projectId);
  if (successor?.phase !== 'live' || successor.killRequestedAtMs !== null) return [];
  const event = { kind: 'promoted', reason: `${leaving.id} has ended` };
  return [{ id: successor.id, patch: { slot: 'current' }, event }];
}
