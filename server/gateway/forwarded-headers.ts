/**
 * Which headers go on to the daemon, and which come back. Dropped: those that belong to one connection, those by which a sender
 * could pretend to be a proxy or our gateway, and credentials that are not a browser's.
 */
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { GATEWAY_HEADER } from '../contract/device.ts';
import { toGatewayHeader } from '../core/access/gateway-claim.ts';

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
];
/** `origin` was judged here, under names that the daemon need not know. A bearer token has no business behind a page's door. */
const NOT_PASSED_ON = ['host', 'origin', 'authorization', 'expect', 'forwarded', 'via', GATEWAY_HEADER];
const NOT_PASSED_ON_PREFIXES = ['x-forwarded-', 'x-middleware-'];

export type Passage = {
  readonly daemonPort: number;
  readonly sign: (payload: string) => string;
  readonly nowMs: () => number;
};

/** The request's headers as the daemon gets them. */
export function toDaemonHeaders(req: IncomingMessage, { daemonPort, sign, nowMs }: Passage): OutgoingHttpHeaders {
  const own = connectionHeaders(req.headers.connection);
  const kept = Object.entries(req.headers).filter(([name]) => !isDropped(name, own));
  const host = req.headers.host ?? '';
  const scheme = req.headers.origin?.startsWith('https://') === true ? 'https' : 'http';
  return {
    ...Object.fromEntries(kept),
    host: `127.0.0.1:${daemonPort}`,
    [GATEWAY_HEADER]: toGatewayHeader({ scheme, host, atMs: nowMs() }, sign),
  };
}

function isDropped(name: string, own: readonly string[]): boolean {
  return (
    HOP_BY_HOP.includes(name) ||
    NOT_PASSED_ON.includes(name) ||
    own.includes(name) ||
    NOT_PASSED_ON_PREFIXES.some((prefix) => name.startsWith(prefix))
  );
}

function connectionHeaders(value: string | undefined): readonly string[] {
  return (
    (value ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      // A sender that names these here must not thereby take them from a request that needs them.
      .filter((name) => !['content-length', 'transfer-encoding', 'cookie'].includes(name))
  );
}

/** The answer's raw headers as the browser gets them: each as often as it was sent, in order. */
export function toBrowserHeaders(answer: IncomingMessage): string[] {
  const own = connectionHeaders(answer.headers.connection);
  const kept: string[] = [];
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.includes(lower) || own.includes(lower) || lower === 'transfer-encoding') continue;
    kept.push(name, answer.rawHeaders[index + 1] ?? '');
  }
  return kept;
}

/** What no page needs and no framework shall be told: Next trusts some of these, and rendering has no use for a credential. */
export function stripForPages(headers: IncomingHttpHeaders): void {
  const never = ['cookie', 'authorization', 'forwarded', 'content-security-policy', 'content-security-policy-report-only'];
  for (const name of Object.keys(headers)) {
    const isOurs = name.startsWith('x-ao-') || NOT_PASSED_ON_PREFIXES.some((prefix) => name.startsWith(prefix));
    if (isOurs || never.includes(name)) delete headers[name];
  }
}
