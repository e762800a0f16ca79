import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAKE_SESSION_TOKEN } from '../../testing/fakes/app-services.ts';
import { type HttpDaemon, OWNER_TOKEN, startHttpDaemon } from '../../testing/http-daemon.ts';

let daemon: HttpDaemon;
beforeAll(async () => {
  daemon = await startHttpDaemon();
});
afterAll(() => daemon.server.close({ drainMs: 1_000 }));

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

/** S1 and S2 want every one of these tried on every door (those of later issues are added with them). */
const DOORS: readonly { readonly name: string; readonly line: string; readonly headers: string; readonly body: string }[] = [
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
    name: 'an upgrade',
    line: 'GET /socket.io/?transport=websocket',
    headers: 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n',
    body: '',
  },
];

const request = ({ line, headers, body }: (typeof DOORS)[number], extra: string): string =>
  `${line} HTTP/1.1\r\n${extra}${headers}${body === '' ? '' : `Content-Length: ${body.length}\r\n`}\r\n${body}`;

describe.each(DOORS)('access at $name', (door) => {
  const auth = `Authorization: Bearer ${OWNER_TOKEN}\r\n`;
  const host = (): string => `Host: 127.0.0.1:${daemon.port}\r\n`;
  const unchanged = async (act: () => Promise<void>): Promise<void> => {
    const before = [daemon.services.calls.length, daemon.stops.length];
    await act();
    expect([daemon.services.calls.length, daemon.stops.length]).toEqual(before);
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

  it.skipIf(door.name === 'health' || door.name === 'readiness')(
    'refuses no, a wrong, a doubled or a cookie credential with 401',
    async () => {
      await unchanged(async () => {
        for (const credential of [
          '',
          'Authorization: Bearer\r\n',
          `Authorization: Bearer ${OWNER_TOKEN}x\r\n`,
          `Authorization: Basic ${OWNER_TOKEN}\r\n`,
          `Cookie: token=${OWNER_TOKEN}\r\n`,
          `${auth}Authorization: Bearer nobody-nobody-nobody-nobody\r\n`,
        ]) {
          expect(await raw(request(door, host() + credential)), credential).toBe(401);
        }
      });
    },
  );

  it.skipIf(
    door.name === 'health' ||
      door.name === 'readiness' ||
      door.name === 'the hook endpoint' ||
      door.name === 'an unknown path' ||
      door.name === 'an upgrade',
  )("S5: refuses a session's token with 403", async () => {
    await unchanged(async () => expect(await raw(request(door, `${host()}Authorization: Bearer ${FAKE_SESSION_TOKEN}\r\n`))).toBe(403));
  });
});
