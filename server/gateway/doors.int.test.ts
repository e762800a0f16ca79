import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exchangeRaw,
  type GatewayStand,
  SECRET,
  startGatewayStand,
  startUpstream,
  statusOf,
  type Upstream,
} from '../testing/gateway-stand.ts';

let upstream: Upstream;
let stand: GatewayStand;
beforeAll(async () => {
  upstream = await startUpstream({
    request: (_req, res) => void res.end('{}'),
    upgrade: (_req, socket) => void socket.end('HTTP/1.1 101 Switching\r\n\r\n'),
  });
  stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await upstream.die();
});

type Door = { readonly name: string; readonly line: string; readonly headers: string; readonly body: string };

const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
const JSON_BODY = 'Content-Type: application/json\r\n';
const PAGES: readonly Door[] = [
  { name: 'a page', line: 'GET /', headers: '', body: '' },
  { name: 'an asset', line: 'GET /_next/static/a.js', headers: '', body: '' },
  { name: 'the pairing page', line: 'GET /pair', headers: '', body: '' },
];
const API: readonly Door[] = [
  { name: 'tRPC GET', line: 'GET /trpc/sessions.list', headers: '', body: '' },
  { name: 'tRPC GET batch', line: 'GET /trpc/sessions.list,projects.list?batch=1', headers: '', body: '' },
  { name: 'tRPC HEAD', line: 'HEAD /trpc/sessions.list', headers: '', body: '' },
  { name: 'a preflight', line: 'OPTIONS /trpc/sessions.list', headers: 'Access-Control-Request-Method: POST\r\n', body: '' },
  { name: 'tRPC POST', line: 'POST /trpc/sessions.kill', headers: JSON_BODY, body: '{"id":"app-1"}' },
  { name: 'tRPC text/plain POST', line: 'POST /trpc/sessions.kill', headers: 'Content-Type: text/plain\r\n', body: '{"id":"app-1"}' },
  { name: 'socket.io polling GET', line: 'GET /socket.io/?EIO=4&transport=polling', headers: '', body: '' },
  { name: 'socket.io polling POST', line: 'POST /socket.io/?EIO=4&transport=polling', headers: 'Content-Type: text/plain\r\n', body: '40' },
  { name: 'the upgrade', line: 'GET /socket.io/?EIO=4&transport=websocket', headers: UPGRADE, body: '' },
  { name: 'pairing', line: 'POST /pair', headers: JSON_BODY, body: '{"code":"aaaaaaaaaaaaaaaaaaaaaaaaaaa","name":"x"}' },
  { name: 'the state', line: 'GET /gateway/state', headers: '', body: '' },
  { name: 'the start', line: 'POST /gateway/start', headers: '', body: '' },
];

const send = async ({ line, headers, body }: Door, extra: string): Promise<number> => {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  return statusOf(await exchangeRaw(stand.port, `${line} HTTP/1.1\r\n${extra}${headers}${length}\r\n${body}`));
};
const host = (): string => `Host: localhost:${stand.port}\r\n`;
const paired = (): string => `Cookie: ${stand.cookie}\r\nX-Ao-Device-Secret: ${SECRET}\r\n`;

async function untouched(act: () => Promise<void>): Promise<void> {
  const before = [stand.asked(), upstream.seen.length];
  await act();
  expect([stand.asked(), upstream.seen.length], 'a daemon was asked for').toEqual(before);
}

describe.each([...PAGES, ...API])('the door of $name', (door) => {
  it('S2: is shut with 421 to a rebound, doubled, missing or smuggled Host, before any daemon is started', async () => {
    await untouched(async () => {
      const { port } = stand;
      for (const hosts of [
        'Host: evil.example\r\n',
        `Host: evil.example:${port}\r\n`,
        `Host: localhost.evil.example:${port}\r\n`,
        `Host: localhost.:${port}\r\n`,
        `Host: localhost:${port + 1}\r\n`,
        'Host: localhost\r\n',
        'Host: x.tunnel.example\r\n',
        'Host:\r\n',
        '',
        `${host()}Host: evil.example\r\n`,
        `Host: evil.example\r\n${host()}`,
        `Host: evil.example\r\nX-Forwarded-Host: localhost:${port}\r\nForwarded: host=localhost:${port}\r\n`,
      ]) {
        expect(await send(door, hosts + paired()), JSON.stringify(hosts)).toBe(421);
      }
      for (const prefix of [`http://127.0.0.1:${port}`, 'http://evil.example', '//evil.example']) {
        expect(await send({ ...door, line: door.line.replace(' ', ` ${prefix}`) }, host() + paired()), prefix).toBe(421);
      }
    });
  });
});

describe.each(API)('the door of $name', (door) => {
  it('S1: is shut with 403 to a foreign, null, look-alike or neighbouring Origin, before any daemon is started', async () => {
    await untouched(async () => {
      const own = `http://localhost:${stand.port}`;
      for (const origin of [
        'https://evil.example',
        'null',
        '',
        'http://localhost:5173',
        `https://localhost:${stand.port}`,
        `http://LOCALHOST:${stand.port}`,
        `http://localhost.:${stand.port}`,
        `${own}.evil.example`,
        'https://tunnel.example.',
        'http://tunnel.example',
      ]) {
        expect(await send(door, `${host()}Origin: ${origin}\r\n${paired()}`), origin).toBe(403);
      }
      expect(await send(door, `${host()}Origin: ${own}\r\nOrigin: ${own}\r\n${paired()}`)).toBe(403);
    });
  });

  it.skipIf(door.name === 'pairing')(
    'is shut with 401 to no cookie and to one that was not signed here, before any daemon is started',
    async () => {
      await untouched(async () => {
        const signature = stand.cookie.slice(stand.cookie.indexOf('.') + 1);
        for (const credential of [
          '',
          `X-Ao-Device-Secret: ${SECRET}\r\n`,
          `Cookie: ao_device=dev2.${signature}\r\nX-Ao-Device-Secret: ${SECRET}\r\n`,
          `Cookie: ao_device=dev1.${stand.key.sign('gateway:dev1')}\r\nX-Ao-Device-Secret: ${SECRET}\r\n`,
          `Cookie: ao_device=dev1\r\nX-Ao-Device-Secret: ${SECRET}\r\n`,
          `Authorization: Bearer ${SECRET}\r\n`,
        ]) {
          expect(await send(door, host() + credential), credential).toBe(401);
        }
      });
    },
  );

  it.skipIf(door.name === 'pairing' || /upgrade|socket/.test(door.name))(
    'is shut with 401 to the cookie alone, which every port of this host gets',
    async () => {
      await untouched(async () => {
        for (const secret of ['', 'X-Ao-Device-Secret: short\r\n', `X-Ao-Device-Secret: ${SECRET}\r\nX-Ao-Device-Secret: ${SECRET}\r\n`]) {
          expect(await send(door, `${host()}Cookie: ${stand.cookie}\r\n${secret}`), secret).toBe(401);
        }
      });
    },
  );
});

describe('what is refused', () => {
  it('S4: a pairing code that nobody made, an old one, and half a body, before any daemon is started', async () => {
    await untouched(async () => {
      const post = (body: string) => send({ name: '', line: 'POST /pair', headers: JSON_BODY, body }, host());
      expect(await post('{"code":"aaaaaaaaaaaaaaaaaaaaaaaaaaa","name":"x"}')).toBe(401);
      const { code } = stand.pairing.create();
      stand.pairing.consume(code);
      expect(await post(JSON.stringify({ code, name: 'x' }))).toBe(401);
      expect(await post('{"code":')).toBe(400);
      expect(await post(JSON.stringify({ code: 'x'.repeat(9_000), name: 'x' }))).toBe(413);
    });
  });

  it('is told to a person as a page that names what to do, and runs nothing of the name it was given', async () => {
    const answer = await exchangeRaw(stand.port, 'GET / HTTP/1.1\r\nHost: <script>x\r\n\r\n', /<\/html>/);
    expect(statusOf(answer)).toBe(421);
    expect(answer).toContain(`http://localhost:${stand.port}`);
    expect(answer).toContain('AO_ALLOWED_HOSTS=');
    expect(answer).not.toContain('<script>');
    expect(answer).toMatch(/content-security-policy: default-src 'none'; frame-ancestors 'none'/i);
  });

  it("is told to tRPC's client in the shape that it reads", async () => {
    const response = await fetch(`http://localhost:${stand.port}/trpc/sessions.list`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: {
        code: -32_001,
        data: {
          code: 'UNAUTHORIZED',
          httpStatus: 401,
          path: 'sessions.list',
          app: { code: 'UNAUTHENTICATED', hint: expect.stringContaining('ao pair') },
        },
      },
    });
  });

  it('an upgrade anywhere but at the socket, and writing to a page', async () => {
    await untouched(async () => {
      expect(await send({ name: '', line: 'GET /', headers: UPGRADE, body: '' }, host() + paired())).toBe(400);
      expect(await send({ name: '', line: 'GET /trpc/sessions.list', headers: UPGRADE, body: '' }, host() + paired())).toBe(400);
      expect(await send({ name: '', line: 'POST /', headers: '', body: '' }, host() + paired())).toBe(405);
      expect(await send({ name: '', line: 'GET /gateway/start', headers: '', body: '' }, host() + paired())).toBe(405);
      expect(await send({ name: '', line: 'GET /socket.io/?transport=polling', headers: '', body: '' }, host() + paired())).toBe(400);
    });
  });
});

describe('a page', () => {
  it('S10: has a nonce of its own at each answer, and headers against frames, sniffing and leaks', async () => {
    const fetchPage = () => fetch(`http://localhost:${stand.port}/`);
    const [first, second] = [await fetchPage(), await fetchPage()];
    const csp = first.headers.get('content-security-policy') ?? '';
    expect(csp).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/]{22}=='(;|$)/);
    expect(csp).toContain("frame-ancestors 'none'");
    expect(second.headers.get('content-security-policy')).not.toBe(csp);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    // How Next learns the nonce.
    expect(stand.pageRequests.at(-2)?.headers['content-security-policy']).toBe(csp);
  });

  it('S2: is rendered without credentials, and without headers by which a sender could steer the framework', async () => {
    const nasty = `X-Middleware-Subrequest: middleware\r\nX-Forwarded-Host: evil.example\r\nContent-Security-Policy: script-src 'nonce-evil'\r\nAuthorization: Bearer x\r\n`;
    expect(statusOf(await exchangeRaw(stand.port, `GET /x HTTP/1.1\r\n${host()}${paired()}${nasty}\r\n`))).toBe(200);
    const headers = stand.pageRequests.at(-1)?.headers ?? {};
    for (const name of ['cookie', 'authorization', 'x-ao-device-secret', 'x-middleware-subrequest', 'x-forwarded-host'])
      expect(headers[name], name).toBeUndefined();
    expect(headers['content-security-policy']).not.toContain('evil');
  });

  it('is shown under the name of a tunnel that the owner allowed, and asks for no daemon', async () => {
    await untouched(async () => {
      const answer = await exchangeRaw(stand.port, 'GET /pair HTTP/1.1\r\nHost: tunnel.example\r\n\r\n');
      expect(statusOf(answer)).toBe(200);
      expect(answer).toContain('wss://tunnel.example');
    });
  });
});
