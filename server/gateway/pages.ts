/** Pages and assets, from Next in this very process. Next gets no credential, and every answer has our security headers. */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { PAGE_HEADERS, toContentSecurityPolicy } from '../core/access/page-policy.ts';
import { AppError } from '../core/errors.ts';
import { stripForPages } from './forwarded-headers.ts';

export interface Pages {
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Of the development server's own client; `null` where there is none. */
  readonly upgrade: ((req: IncomingMessage, socket: Duplex, head: Buffer) => void) | null;
  close(): Promise<void>;
}

export type PageMode = 'production' | 'development';

export type PagesOptions = {
  /** The folder with `next.config.mjs` and `.next`. */
  readonly root: string;
  readonly port: number;
  readonly mode: PageMode;
};

/** Around whatever renders: tests have a stand-in. */
export function withPageHeaders(
  render: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
  mode: PageMode,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    const policy = toContentSecurityPolicy({ nonce: randomBytes(16).toString('base64'), host: req.headers.host ?? '', mode });
    for (const [name, value] of Object.entries({ ...PAGE_HEADERS, 'content-security-policy': policy })) res.setHeader(name, value);
    stripForPages(req.headers);
    // Next reads the nonce for its own inline scripts from the request.
    req.headers['content-security-policy'] = policy;
    await render(req, res);
  };
}

type NextOptions = {
  readonly dir: string;
  readonly dev: boolean;
  readonly hostname: string;
  readonly port: number;
  readonly quiet: boolean;
  readonly httpServer: EventEmitter;
};
type NextApp = {
  prepare(): Promise<void>;
  getRequestHandler(): (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  close(): Promise<void>;
};

/** Throws `PAGES_NOT_BUILT`. Changes `process.env` for Next: whoever starts other processes takes a copy of it before. */
export async function createNextPages({ root, port, mode }: PagesOptions): Promise<Pages> {
  if (mode === 'production' && !existsSync(join(root, '.next', 'BUILD_ID'))) {
    throw new AppError({ code: 'PAGES_NOT_BUILT', message: `There are no built pages in ${join(root, '.next')}.`, hint: 'npm run build' });
  }
  Object.assign(process.env, { NODE_ENV: mode, NEXT_TELEMETRY_DISABLED: '1', NEXT_MANUAL_SIG_HANDLE: '1' });
  // By a name that the compiler does not follow: Next's types would change `process.env` for all of server/.
  const packageName: string = 'next';
  const { default: next } = (await import(packageName)) as { readonly default: (options: NextOptions) => NextApp };
  // Next would listen to every upgrade of the server that it first sees, and end those that are not its own.
  const upgrades = new EventEmitter();
  const app = next({
    dir: root,
    dev: mode === 'development',
    hostname: 'localhost',
    port,
    quiet: false,
    httpServer: upgrades,
  });
  await app.prepare();
  const render = app.getRequestHandler();
  return {
    handle: withPageHeaders((req, res) => render(req, res), mode),
    upgrade: mode === 'development' ? (req, socket, head) => void upgrades.emit('upgrade', req, socket, head) : null,
    close: () => app.close(),
  };
}
