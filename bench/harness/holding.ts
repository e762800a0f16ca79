/** What a row holds beside its stand, given back in the opposite order. */

export type Holding = AsyncDisposable & { readonly defer: (giveBack: () => Promise<unknown>) => void };

export function createHolding(): Holding {
  const held: (() => Promise<unknown>)[] = [];
  return {
    defer: (giveBack) => void held.push(giveBack),
    async [Symbol.asyncDispose]() {
      for (const giveBack of held.toReversed()) await giveBack();
    },
  };
}
