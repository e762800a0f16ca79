/** At most `limit` operations at once, the rest in order of arrival: a reboot must not start a hundred agents in one instant. */
export interface Limiter {
  run<T>(operation: () => Promise<T>): Promise<T>;
}

export function createLimiter(limit: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];

  return {
    async run(operation) {
      if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        return await operation();
      } finally {
        // A place is handed over rather than freed, so that nobody who came later takes it.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
