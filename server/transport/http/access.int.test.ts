import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICE_SECRET_HEADER, GATEWAY_HEADER } from '../../contract/device.ts';
import { toGatewayHeader } from '../../core/access/gateway-claim.ts';
import { FAKE_SESSION_TOKEN } from '../../testing/fakes/app-services.ts';
import { createFakeKey } from '../../testing/fakes/gateway-key.ts';
import { type HttpDaemon, OWNER_TOKEN, startHttpDaemon } from '../../testing/http-daemon.ts';

let daemon: HttpDaemon;
beforeAll(async () => {
  daemon = await startHttpDaemon();
});
afterAll(() => daemon.close());

/** Sends bytes as they are and resolves to the status of the answer. */
function raw(text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(daemon.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(answer)?.[1];
      if (status === undefined) return;
      socket.destroy();
      resolve(Number(status));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed without an answer: ${answer}`)));
  });
}

type Door = { readonly name: string; readonly line: string; readonly headers: string; readonly body: string };

/** S1 and S2 want every one of these tried on every door (those of later issues are added with them). */
const DOORS: readonly Door[] = [
  { name: 'health', line: 'GET /healthz', headers: '', body: '' },
  { name: 'readiness', line: 'GET /readyz', headers: '', body: '' },
  { name: 'an unknown path', line: 'GET /nothing', headers: '', body: '' },
  { name: 'a preflight', line: 'OPTIONS /trpc/sessions.list', headers: 'Access-Control-Request-Method: POST\r\n', body: '' },
  { name: 'tRPC GET', line: 'GET /trpc/sessions.list', headers: '', body: '' },
  { name: 'tRPC HEAD', line: 'HEAD /trpc/sessions.list', headers: '', body: '' },
  { name: 'tRPC GET batch', line: 'GET /trpc/sessions.list,projects.list?batch=1', headers: '', body: '' },
  { name: 'an unknown procedure', line: 'GET /trpc/no.such', headers: '', body: '' },
  { name: 'tRPC POST', line: 'POST /trpc/sessions.kill', headers: 'Content-Type: application/json\r\n', body: '{"id":"app-1"}' },
  { name: 'tRPC text/plain POST', line: 'POST /trpc/sessions.kill', headers: 'Content-Type: text/plain\r\n', body: '{"id":"app-1"}' },
  { name: 'the hook endpoint', line: 'POST /hooks', headers: 'Content-Type: application/json\r\n', body: '{}' },
  { name: 'shutdown', line: 'POST /shutdown', headers: 'Content-Type: application/json\r\n', body: '{}' },
  {
    name: 'pairing',
    line: 'POST /pair',
    headers: 'Content-Type: application/json\r\n',
    body: '{"code":"a-code-that-is-good-once-99","name":"x"}',
  },
  { name: 'pairing as text/plain', line: 'POST /pair', headers: 'Content-Type: text/plain\r\n', body: '{"code":"x","name":"x"}' },
  { name: 'socket.io polling', line: 'GET /socket.io/?EIO=4&transport=polling', headers: '', body: '' },
  {
    name: 'socket.io polling POST',
    line: 'POST /socket.io/?EIO=4&transport=polling&sid=x',
    headers: 'Content-Type: text/plain\r\n',
    body: '40',
  },
  {
    name: 'an upgrade',
    line: 'GET /socket.io/?EIO=4&transport=websocket',
    headers: 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n',
    body: '',
  },
];

const request = ({ line, headers, body }: Door, extra: string): string =>
  `${line} HTTP/1.1\r\n${extra}${headers}${body === '' ? '' : `Content-Length: ${body.length}\r\n`}\r\n${body}`;

/** Health says nothing that is worth one, and for pairing the code is the proof. */
const NO_CREDENTIAL = new Set(['health', 'readiness', 'pairing', 'pairing as text/plain']);

describe.each(DOORS)('access at $name', (door) => {
  let auth: string;
  beforeAll(() => {
    // Whatever opens this door otherwise: both credentials, and a code that is good.
    const { cookie, secret } = daemon.pairBrowser();
    auth = `Authorization: Bearer ${OWNER_TOKEN}\r\nCookie: ${cookie}\r\n${DEVICE_SECRET_HEADER}: ${secret}\r\n`;
    daemon.services.allowCode('a-code-that-is-good-once-99');
  });
  const host = (): string => `Host: 127.0.0.1:${daemon.port}\r\n`;
  const unchanged = async (act: () => Promise<void>): Promise<void> => {
    const facts = (): unknown => [
      daemon.services.calls.length,
      daemon.stops.length,
      daemon.services.devices.list().length,
      daemon.sockets.count(),
    ];
    const before = facts();
    await act();
    expect(facts()).toEqual(before);
  };

  it('S2: refuses a rebound, doubled, missing or smuggled Host with 421, even with the credential', async () => {
    await unchanged(async () => {
      const port = daemon.port;
      for (const hosts of [
        'Host: evil.example\r\n',
        `Host: evil.example:${port}\r\n`,
        `Host: localhost.evil.example:${port}\r\n`,
        `Host: localhost.:${port}\r\n`,
        `Host: localhost:${port + 1}\r\n`,
        'Host: localhost\r\n',
        'Host:\r\n',
        '',
        `${host()}Host: evil.example\r\n`,
        `Host: evil.example\r\n${host()}`,
        `Host: evil.example\r\nX-Forwarded-Host: localhost:${port}\r\nForwarded: host=localhost:${port}\r\n`,
      ]) {
        expect(await raw(request(door, hosts + auth)), hosts).toBe(421);
      }
      const absolute = { ...door, line: door.line.replace(' ', ` http://127.0.0.1:${port}`) };
      expect(await raw(request(absolute, host() + auth))).toBe(421);
      const rebound = { ...door, line: door.line.replace(' ', ' http://evil.example') };
      expect(await raw(request(rebound, host() + auth))).toBe(421);
      expect(await raw(request({ ...door, line: door.line.replace(' /', ' //evil.example/') }, host() + auth))).toBe(421);
    });
  });

  it('S1: refuses a foreign, null, look-alike or neighbouring Origin with 403, even with the credential', async () => {
    await unchanged(async () => {
      for (const origin of [
        'https://evil.example',
        'null',
        'http://localhost:5173',
        'http://LOCALHOST:3000',
        'http://localhost.:3000',
        'http://localhost:3000.evil.example',
        'https://tunnel.example.',
        '',
      ]) {
        expect(await raw(request(door, `${host()}Origin: ${origin}\r\n${auth}`)), origin).toBe(403);
      }
      expect(await raw(request(door, `${host()}Origin: http://localhost:3000\r\nOrigin: http://localhost:3000\r\n${auth}`))).toBe(403);
    });
  });

  it('S2, S3: refuses a word of the gateway that is forged, stale or doubled with 401, even with the credential', async () => {
    await unchanged(async () => {
      const good = toGatewayHeader({ scheme: 'http', host: 'localhost:3000', atMs: Date.now() }, createFakeKey().sign);
      const stale = toGatewayHeader({ scheme: 'http', host: 'localhost:3000', atMs: Date.now() - 120_000 }, createFakeKey().sign);
      const foreign = toGatewayHeader({ scheme: 'http', host: 'localhost:3000', atMs: Date.now() }, createFakeKey('another').sign);
      for (const words of [['localhost:3000'], [''], [stale], [foreign], [good.replace('localhost', 'elsewhere')], [good, good]]) {
        const headers = words.map((word) => `${GATEWAY_HEADER}: ${word}\r\n`).join('');
        expect(await raw(request(door, host() + auth + headers)), headers).toBe(401);
      }
    });
  });

  it.skipIf(NO_CREDENTIAL.has(door.name))('refuses no, a wrong, a doubled, or half a credential with 401', async () => {
    const noDevices = noProofs();
    await unchanged(async () => {
      for (const credential of [
        '',
        'Authorization: Bearer\r\n',
        `Authorization: Bearer ${OWNER_TOKEN}x\r\n`,
        `Authorization: Basic ${OWNER_TOKEN}\r\n`,
        `Cookie: token=${OWNER_TOKEN}\r\n`,
        `Authorization: Bearer ${OWNER_TOKEN}\r\nAuthorization: Bearer nobody-nobody-nobody-nobody\r\n`,
        ...noDevices,
      ]) {
        expect(await raw(request(door, host() + credential)), credential).toBe(401);
      }
    });
  });

  /** S4: a browser that was revoked, one with a signature that is not ours, and a secret alone. */
  const noProofs = (): string[] => {
    const [revoked, other] = [daemon.pairBrowser(), daemon.pairBrowser()];
    daemon.services.devices.revoke(revoked.id);
    const proof = (cookie: string, secret: string): string => `Cookie: ${cookie}\r\n${DEVICE_SECRET_HEADER}: ${secret}\r\n`;
    const forged = `ao_device=${other.id}.${'A'.repeat(43)}`;
    return [proof(revoked.cookie, revoked.secret), proof(forged, other.secret), `${DEVICE_SECRET_HEADER}: ${other.secret}\r\n`];
  };

  it.skipIf(NO_CREDENTIAL.has(door.name) || door.name === 'an upgrade')(
    'S4: refuses a cookie without its secret, and with that of another',
    async () => {
      const [one, two] = [daemon.pairBrowser(), daemon.pairBrowser()];
      await unchanged(async () => {
        expect(await raw(request(door, `${host()}Cookie: ${one.cookie}\r\n`))).toBe(401);
        expect(await raw(request(door, `${host()}Cookie: ${one.cookie}\r\n${DEVICE_SECRET_HEADER}: ${two.secret}\r\n`))).toBe(401);
        const twice = `${DEVICE_SECRET_HEADER}: ${one.secret}\r\n`.repeat(2);
        expect(await raw(request(door, `${host()}Cookie: ${one.cookie}\r\n${twice}`))).toBe(401);
      });
    },
  );

  it.skipIf(
    NO_CREDENTIAL.has(door.name) ||
      door.name === 'the hook endpoint' ||
      door.name === 'an unknown path' ||
      door.name.startsWith('socket.io polling'),
  )("S5: refuses a session's token with 403", async () => {
    await unchanged(async () => expect(await raw(request(door, `${host()}Authorization: Bearer ${FAKE_SESSION_TOKEN}\r\n`))).toBe(403));
  });
});

describe('socket.io', () => {
  const owner = (): string => {
    const { cookie, secret } = daemon.pairBrowser();
    return `Host: 127.0.0.1:${daemon.port}\r\nCookie: ${cookie}\r\n${DEVICE_SECRET_HEADER}: ${secret}\r\n`;
  };
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';

  it('S1: speaks no polling with anybody', async () => {
    for (const line of ['GET /socket.io/?EIO=4&transport=polling', 'POST /socket.io/?EIO=4&transport=polling', 'OPTIONS /socket.io/'])
      expect(await raw(`${line} HTTP/1.1\r\n${owner()}\r\n`), line).toBe(400);
  });

  it.each([
    ['GET /socket.io/?EIO=4&transport=websocket', 101],
    ['GET /socket.io/?EIO=4&transport=polling', 400],
    ['GET /socket.io/?EIO=3&transport=websocket', 400],
    ['GET /socket.io/?EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA', 400],
    ['GET /socket.io/', 400],
    ['GET /socket.iox/?EIO=4&transport=websocket', 400],
    ['GET /trpc/sessions.list', 400],
    ['POST /socket.io/?EIO=4&transport=websocket', 400],
  ])('S9: answers the upgrade %s of a paired browser with %d', async (line, status) => {
    expect(await raw(`${line} HTTP/1.1\r\n${owner()}${upgrade}\r\n`)).toBe(status);
  });

  it('S9: answers an upgrade that is none of WebSocket with 4xx', async () => {
    const h2c = upgrade.replace('websocket', 'h2c');
    expect(await raw(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${owner()}${h2c}\r\n`)).toBe(400);
    const old = upgrade.replace('Version: 13', 'Version: 7');
    expect(await raw(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${owner()}${old}\r\n`)).toBeGreaterThanOrEqual(400);
  });
});
