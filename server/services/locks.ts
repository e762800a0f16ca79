/**
 * One operation at a time per key (a session, a project), in order of arrival. Also knows who is busy, so that reconcile
 * leaves those alone. Holds no facts.
 */
export interface KeyedLocks<Key extends string> {
  run<T>(key: Key, operation: () => Promise<T>): Promise<T>;
  busy(): ReadonlySet<Key>;
}

export function createKeyedLocks<Key extends string>(): KeyedLocks<Key> {
  const tails = new Map<Key, Promise<unknown>>();

  return {
    async run(key, operation) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(operation, operation);
      // The tail must not reject: it only orders, the caller gets the failure.
      const tail = mine.then(
        () => undefined,
        () => undefined,
      );
      tails.set(key, tail);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === tail) tails.delete(key);
      }
    },
    busy: () => new Set(tails.keys()),
  };
}
