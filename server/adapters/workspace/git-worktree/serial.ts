/**
 * One thing at a time per key. Git's own locks make parallel `worktree add` on one repository fail now and then
 * (`packed-refs.lock`, `config.lock`), so whatever writes to a repository queues here.
 */
export interface Serial {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, work) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      const tail = mine.then(
        () => undefined,
        () => undefined,
      );
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return mine;
    },
  };
}
