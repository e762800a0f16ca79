/** What the gateway answers when it does not pass a request on: never 2xx, never 404, and in the shape that the asker reads. */
import { createHash } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../core/errors.ts';

export type Refusal = { readonly status: 400 | 401 | 403 | 405 | 413 | 421 | 502 | 503; readonly error: AppError };

/** tRPC's own numbers, for a client that reads nothing else. */
const RPC_CODES = {
  400: [-32_600, 'BAD_REQUEST'],
  401: [-32_001, 'UNAUTHORIZED'],
  403: [-32_003, 'FORBIDDEN'],
  405: [-32_005, 'METHOD_NOT_SUPPORTED'],
  413: [-32_013, 'PAYLOAD_TOO_LARGE'],
  421: [-32_003, 'FORBIDDEN'],
  502: [-32_603, 'BAD_GATEWAY'],
  503: [-32_603, 'SERVICE_UNAVAILABLE'],
} as const satisfies Record<Refusal['status'], readonly [number, string]>;

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  send(res, { status, type: 'application/json; charset=utf-8', text: `${JSON.stringify(body)}\n`, connection: 'keep-alive' });
}

/** `path` decides the shape: a batch of tRPC calls takes one error for all of them. */
export function sendRefusal(res: ServerResponse, { status, error }: Refusal, path: string): void {
  const body = path.startsWith('/trpc') ? { error: toRpcShape({ status, error }, path) } : { error: error.toJSON() };
  // What there is of a body is not worth reading.
  send(res, { status, type: 'application/json; charset=utf-8', text: `${JSON.stringify(body)}\n`, connection: 'close' });
}

function toRpcShape({ status, error }: Refusal, path: string): unknown {
  const [code, name] = RPC_CODES[status];
  return { message: error.message, code, data: { code: name, httpStatus: status, path: path.slice('/trpc/'.length), app: error.toJSON() } };
}

const PAGE_STYLE =
  ':root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif}body{max-width:40rem;margin:12vh auto;padding:0 1rem}h1{font-size:1.25rem}' +
  'pre{white-space:pre-wrap;overflow-wrap:anywhere}code{overflow-wrap:anywhere}';
const PAGE_STYLE_HASH = createHash('sha256').update(PAGE_STYLE).digest('base64');

/** For a person whose browser asks for a page under a name that is not ours. */
export function sendHostRefusedPage(res: ServerResponse, { host, url }: { readonly host: string; readonly url: string }): void {
  const name = escapeHtml(host.slice(0, 260));
  // Whoever asks by a port of its own does not come through a tunnel's TLS, as a rule.
  const scheme = /:\d+$/.test(host) ? 'http' : 'https';
  const text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not known by this name · Agent Orchestrator</title>
<style>${PAGE_STYLE}</style>
<h1>Agent Orchestrator is not known by this name</h1>
<p>This page was asked for as <code>${name}</code>. Only names that its owner has allowed are answered, so that no other site can speak to it through your browser.</p>
<ul>
<li>On the machine it runs on, open <a href="${url}">${url}</a>.</li>
<li>If <code>${name}</code> is a name of yours, such as a tunnel’s, allow it, and start again:
<pre>AO_ALLOWED_HOSTS=${name} AO_ALLOWED_ORIGINS=${scheme}://${name} ao up</pre></li>
</ul>
</html>
`;
  const policy = `${HEADERS['content-security-policy']}; style-src 'sha256-${PAGE_STYLE_HASH}'`;
  send(res, { status: 421, type: 'text/html; charset=utf-8', text, connection: 'close', policy });
}

function escapeHtml(text: string): string {
  return text.replace(/[^A-Za-z0-9.:[\]_-]/g, (character) => `&#${character.codePointAt(0)};`);
}

type Answer = {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly connection: 'close' | 'keep-alive';
  readonly policy?: string;
};

function send(res: ServerResponse, { status, type, text, connection, policy = HEADERS['content-security-policy'] }: Answer): void {
  if (res.headersSent || res.destroyed) return;
  if (connection === 'close') res.setHeader('connection', 'close');
  res.writeHead(status, { ...HEADERS, 'content-security-policy': policy, 'content-type': type, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

/** An upgrade has no response object yet. */
export function refuseUpgrade(socket: Duplex, { status, error }: Refusal): void {
  if (socket.destroyed || !socket.writable) return void socket.destroy();
  const text = `${JSON.stringify({ error: error.toJSON() })}\n`;
  const headers = {
    ...HEADERS,
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

/** For a start that failed, and a connection that broke. */
export function toRefusal(error: AppError): Refusal {
  return { status: 503, error };
}

export function brokenConnection(): Refusal {
  return {
    status: 502,
    error: new AppError({
      code: 'DAEMON_UNHEALTHY',
      message: 'The daemon went away in the middle of the request; what was asked may or may not have been done.',
      hint: 'Look, then try again: the next request finds or starts a daemon.',
    }),
  };
}
