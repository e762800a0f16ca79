/** Things that tests hold and must give back, as `await using` disposables. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TempDir = AsyncDisposable & { readonly path: string };

/** A private directory under the system's temporary one, removed at the end. */
export async function makeTempDir(prefix = 'ao-test-'): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  return {
    path,
    async [Symbol.asyncDispose]() {
      // Agents that are just ending may still write into it: try a few times.
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

/** Polls until `look` gives something other than `null`, `undefined` or `false`; fails with `what` after the limit. */
export async function eventually<T>(
  what: string | (() => string),
  look: () => T | Promise<T>,
  options: { readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<Exclude<T, null | undefined | false>> {
  const { limitMs = 15_000, everyMs = 20 } = options;
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found as Exclude<T, null | undefined | false>;
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
