/**
 * A daemon that can die in the middle of anything. Everything it acts through is wrapped; once its life is over its store
 * refuses and its other ports never answer, as after a `kill -9`, while what it acted upon stays for the next daemon. It can
 * also be made to die right after its n-th call, which is finer than any named fault point.
 */
import { AppError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

export type Life = {
  readonly isOver: () => boolean;
  end(): void;
  /** Ends right after that many further calls; the last one still takes effect. */
  endAfter(calls: number): void;
  /** Calls of ports so far. */
  readonly calls: () => number;
  /** Counts one call. */
  spend(): void;
};

export function createLife(): Life {
  let over = false;
  let calls = 0;
  let lastCall = Number.POSITIVE_INFINITY;
  return {
    isOver: () => over,
    end: () => {
      over = true;
    },
    endAfter: (more) => {
      lastCall = calls + more;
    },
    calls: () => calls,
    spend: () => {
      calls += 1;
      if (calls >= lastCall) over = true;
    },
  };
}

const never = (): Promise<never> => new Promise(() => undefined);

type Mortal = {
  readonly life: Life;
  /** Turns of the event loop that the next call takes: how tests make operations interleave. */
  readonly turns: () => number;
};

async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

/** Wraps the asynchronous methods named; everything else is handed on as it is. */
export function mortalPort<Port extends object>(port: Port, names: readonly (keyof Port & string)[], { life, turns }: Mortal): Port {
  const wrapped = names.map((name) => {
    const method = port[name] as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        await wait(turns());
        if (life.isOver()) return never();
        const outcome = await method.apply(port, args).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        life.spend();
        await wait(turns());
        if (life.isOver()) return never();
        if ('error' in outcome) throw outcome.error;
        return outcome.value;
      },
    ] as const;
  });
  return { ...port, ...Object.fromEntries(wrapped) };
}

/** The store refuses once the daemon is dead; what was written stays. */
export function mortalStore(store: Store, life: Life): Store {
  const mortal = <Part extends object>(part: Part): Part =>
    Object.fromEntries(
      Object.entries(part).map(([name, member]) => [
        name,
        typeof member !== 'function'
          ? member
          : (...args: unknown[]): unknown => {
              if (life.isOver()) throw new AppError({ code: 'DAEMON_STOPPING', message: 'This daemon is dead.', hint: 'None.' });
              const value = (member as (...all: unknown[]) => unknown)(...args);
              life.spend();
              return value;
            },
      ]),
    ) as Part;
  return {
    projects: mortal(store.projects),
    sessions: mortal(store.sessions),
    messages: mortal(store.messages),
    devices: mortal(store.devices),
    meta: mortal(store.meta),
    onChange: store.onChange,
    check: store.check,
    close: () => undefined,
  };
}

export function mortalClock(clock: Clock, life: Life): Clock {
  return {
    ...clock,
    after: (delayMs, fn) =>
      clock.after(delayMs, () => {
        if (!life.isOver()) fn();
      }),
    sleep: async (delayMs, signal) => {
      await clock.sleep(delayMs, signal);
      if (life.isOver()) await never();
    },
  };
}
