/**
 * Tells whoever listens what each write changed, after the write: a listener can delay nothing on disk and undo nothing. Every
 * store goes through here, the fake one included, so that no store forgets to tell.
 */
import type { Store, StoreChange } from '../../ports/store.ts';

export function announceChanges(store: Omit<Store, 'onChange'>): Store {
  const { projects, sessions } = store;
  const listeners = new Set<(change: StoreChange) => void>();
  const told = <T>(change: StoreChange, value: T): T => {
    for (const listener of listeners) listener(change);
    return value;
  };

  return {
    ...store,
    projects: {
      ...projects,
      insert: (project) => told({ kind: 'project', id: project.id }, projects.insert(project)),
      update: (id, patch) => told({ kind: 'project', id }, projects.update(id, patch)),
      remove: (id) => told({ kind: 'project-removed', id }, projects.remove(id)),
    },
    sessions: {
      ...sessions,
      insert: (draft, event) => told({ kind: 'session', id: draft.id }, sessions.insert(draft, event)),
      update: (id, patch, event) => told({ kind: 'session', id }, sessions.update(id, patch, event)),
      updateAll: (changes) => sessions.updateAll(changes).map((session) => told({ kind: 'session', id: session.id }, session)),
      beginLaunch: (id, launch, patch, event) => told({ kind: 'session', id }, sessions.beginLaunch(id, launch, patch, event)),
      remove: (id, event) => told({ kind: 'session-removed', id }, sessions.remove(id, event)),
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
