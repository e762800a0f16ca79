/** The typed client of a daemon that has been proven to be ours and ready. */
import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError } from '@trpc/client';
import { appErrorSchema } from '../contract/errors.ts';
import { PROTOCOL_VERSION } from '../contract/version.ts';
import { AppError } from '../core/errors.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import { httpRequest } from '../launcher/http.ts';
import { pause } from '../launcher/pause.ts';
import { type Sighting, sightDaemon, unhealthy } from '../launcher/sighting.ts';
import type { AppRouter } from '../transport/rpc/router.ts';
import { type CliContext, locate } from './context.ts';
import { readCredential } from './credential.ts';

export type Api = TRPCClient<AppRouter>;

/** A daemon that is starting looks after its sessions first, which is bounded at about this. */
const READY_LIMIT_MS = 15_000;

/** Throws `DAEMON_NOT_RUNNING`, `DAEMON_STARTING`, `DAEMON_STOPPING` or `DAEMON_UNHEALTHY`, each with the command that helps. */
export async function connect(context: CliContext): Promise<Api> {
  const { dataDir, runFile } = locate(context);
  const deadline = performance.now() + READY_LIMIT_MS;
  let sighting = await sightDaemon(runFile);
  while (sighting.state === 'starting' && performance.now() < deadline) {
    await pause(100);
    sighting = await sightDaemon(runFile);
  }
  if (sighting.state !== 'ready') throw notReady(sighting, runFile);
  if (sighting.health.protocol !== PROTOCOL_VERSION) {
    throw new AppError({
      code: 'DAEMON_UNHEALTHY',
      message: `The daemon (version ${sighting.health.version}) speaks protocol ${sighting.health.protocol}, this command ${PROTOCOL_VERSION}.`,
      hint: 'Restart it with this version, sessions live on: `ao stop && ao start`.',
    });
  }
  return createApi(sighting.entry, readCredential(dataDir, context.env));
}

export function createApi({ port }: Pick<RunFileEntry, 'port'>, credential: string): Api {
  const link = httpLink<AppRouter>({
    url: `http://127.0.0.1:${port}/trpc`,
    headers: { authorization: `Bearer ${credential}` },
    fetch: async (input, init) => {
      const url = new URL(typeof input === 'string' ? input : 'url' in input ? input.url : input.href);
      const { status, text } = await httpRequest({
        port,
        path: `${url.pathname}${url.search}`,
        method: init?.method ?? 'GET',
        headers: init?.headers as Record<string, string>,
        ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      });
      return { status, ok: status >= 200 && status < 300, json: () => Promise.resolve(JSON.parse(text) as unknown) };
    },
  });
  return createTRPCClient<AppRouter>({ links: [link] });
}

function notReady(sighting: Exclude<Sighting, { state: 'ready' }>, runFile: string): AppError {
  switch (sighting.state) {
    case 'stopped':
      return new AppError({ code: 'DAEMON_NOT_RUNNING', message: `No daemon is running (there is no ${runFile}).`, hint: 'ao start' });
    case 'stale':
      return new AppError({ code: 'DAEMON_NOT_RUNNING', message: `No daemon is running (${sighting.why}).`, hint: 'ao start' });
    case 'unhealthy':
      return unhealthy(sighting.entry, sighting.why);
    case 'starting':
      return new AppError({
        code: 'DAEMON_STARTING',
        message: `The daemon (pid ${sighting.entry.pid}) is still starting.`,
        hint: 'Try again in a moment; `ao status` shows the state.',
      });
    case 'stopping':
      return new AppError({
        code: 'DAEMON_STOPPING',
        message: `The daemon (pid ${sighting.entry.pid}) is stopping; sessions live on.`,
        hint: 'Start it again with `ao start`.',
      });
  }
}

/** The daemon's own error where it sent one. A broken connection leaves open what was done, and says so. */
export function fromClientError(caught: unknown): AppError | null {
  if (!(caught instanceof TRPCClientError)) return null;
  const app = appErrorSchema.safeParse((caught.data as { readonly app?: unknown } | null | undefined)?.app);
  if (app.success) return new AppError(app.data);
  return new AppError(
    {
      code: 'DAEMON_UNHEALTHY',
      message: `The connection to the daemon broke before it answered (${caught.message}); what was asked may or may not have been done.`,
      hint: '`ao status` shows the daemon; then look with `ao ls`.',
    },
    { cause: caught },
  );
}
