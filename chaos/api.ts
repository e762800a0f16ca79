/** The daemon's procedures as the CLI calls them, without a process for each call. An answer that was cut off is a value of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Answer =
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Nothing is known of what was done. */
  | { readonly kind: 'cut'; readonly why: string };

export type Api = {
  query(path: string, input?: unknown, limitMs?: number): Promise<Answer>;
  mutate(path: string, input?: unknown, limitMs?: number): Promise<Answer>;
};

const LIMIT_MS = 30_000;

export function createApi({ dataDir, runFile }: { readonly dataDir: string; readonly runFile: string }): Api {
  async function call(path: string, init: RequestInit, limitMs: number): Promise<Answer> {
    try {
      const { port } = JSON.parse(readFileSync(runFile, 'utf8')) as { readonly port: number };
      const credential = readFileSync(join(dataDir, 'credential'), 'utf8').trim();
      const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json', connection: 'close' };
      const response = await fetch(`http://127.0.0.1:${port}/trpc/${path}`, { ...init, headers, signal: AbortSignal.timeout(limitMs) });
      const body = (await response.json()) as { readonly result?: { readonly data?: unknown }; readonly error?: WireError };
      if (body.result !== undefined) return { kind: 'ok', value: body.result.data };
      const app = body.error?.data?.app ?? body.error;
      return { kind: 'refused', code: app?.code?.toString() ?? `HTTP_${response.status}`, message: app?.message ?? JSON.stringify(body) };
    } catch (caught) {
      return {
        kind: 'cut',
        why:
          caught instanceof Error
            ? `${caught.message}${caught.cause instanceof Error ? ` (${caught.cause.message})` : ''}`
            : String(caught),
      };
    }
  }
  return {
    query: (path, input, limitMs = LIMIT_MS) =>
      call(input === undefined ? path : `${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { method: 'GET' }, limitMs),
    mutate: (path, input = {}, limitMs = LIMIT_MS) => call(path, { method: 'POST', body: JSON.stringify(input) }, limitMs),
  };
}

type WireError = {
  readonly code?: string | number;
  readonly message?: string;
  readonly data?: { readonly app?: { readonly code?: string; readonly message?: string } };
};
