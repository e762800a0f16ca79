/** What rows share: stands that are made when the first row asks for them, and ended after the last. */

import type { Measured, Row } from './report.ts';
import { makeStand, type Stand, type StandKind } from './stand.ts';

export type Context = AsyncDisposable & {
  /** With few sessions of their own. */
  readonly stand: (kind: StandKind) => Promise<Stand>;
  /** On tmux, for rows that need many sleeping sessions beside. */
  readonly crowd: () => Promise<Stand>;
  /** A shorter run, for a look. */
  readonly quick: boolean;
};

export type Bench = Row & { readonly measure: (context: Context) => Promise<Measured | { readonly why: string }> };

export function openContext(options: { readonly quick: boolean }): Context {
  const stands = new Map<string, Promise<Stand>>();
  const once = (name: string, kind: StandKind): Promise<Stand> => {
    const made = stands.get(name) ?? makeStand(kind);
    stands.set(name, made);
    return made;
  };
  return {
    quick: options.quick,
    stand: (kind) => once(kind, kind),
    crowd: () => once('crowd', 'tmux'),
    async [Symbol.asyncDispose]() {
      for (const stand of stands.values()) {
        const made = await stand.catch(() => null);
        await made?.[Symbol.asyncDispose]();
      }
    },
  };
}
