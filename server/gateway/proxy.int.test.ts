import { request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readGatewayHeader } from '../core/access/gateway-claim.ts';
import { exchangeRaw, type GatewayStand, startGatewayStand, startUpstream, statusOf, type Upstream } from '../testing/gateway-stand.ts';
import { eventually } from '../testing/resources.ts';

const url = (stand: GatewayStand, path: string): string => `http://localhost:${stand.port}${path}`;

function upgradeRequest(stand: GatewayStand, extra = ''): string {
  return `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost:${stand.port}\r\nOrigin: http://localhost:${stand.port}\r\nCookie: ${stand.cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${extra}\r\n`;
}

async function openSpliced(stand: GatewayStand, head = ''): Promise<{ readonly socket: Socket; readonly received: () => string }> {
  let received = '';
  const socket = connect(stand.port, '127.0.0.1', () => socket.write(upgradeRequest(stand) + head));
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  await eventually('the upgrade is answered', () => received.includes('\r\n\r\n'));
  return { socket, received: () => received.slice(received.indexOf('\r\n\r\n') + 4) };
}

/** A daemon that upgrades, echoes, and hands its sockets out. */
function echoing(sockets: Duplex[]): Parameters<typeof startUpstream>[0] {
  return {
    request: (_req, res) => void res.end(),
    upgrade: (_req, socket, head) => {
      sockets.push(socket);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      if (head.length > 0) socket.write(head);
      socket.pipe(socket);
    },
  };
}

describe('a request through the gateway', () => {
  it('comes to the daemon under its own name, with the signed word of the gateway and nothing that a sender could have made up', async () => {
    const upstream = await startUpstream({
      request: (_req, res) => void res.setHeader('x-a', ['1', '2']).setHeader('set-cookie', ['a=1', 'b=2']).writeHead(207).end('{"ok":1}'),
    });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const nasty = {
      'x-ao-gateway': 'forged',
      'x-forwarded-for': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      authorization: 'Bearer session-token',
      connection: 'close, x-secret',
      'x-secret': '1',
      te: 'trailers',
    };
    const answer = await new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve) => {
      const headers = { ...stand.device, ...nasty, host: 'tunnel.example', origin: 'https://tunnel.example', 'x-kept': 'yes' };
      request({ host: '127.0.0.1', port: stand.port, path: '/trpc/a,b?batch=1&input=%7B%7D', headers }, (res) => {
        let body = '';
        res.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body }));
      }).end();
    });
    expect(answer).toMatchObject({ status: 207, body: '{"ok":1}', headers: { 'x-a': '1, 2', 'set-cookie': ['a=1', 'b=2'] } });
    expect(upstream.seen).toEqual(['GET /trpc/a,b?batch=1&input=%7B%7D']);
    const headers = upstream.last()?.headers ?? {};
    expect(headers.host).toBe(`127.0.0.1:${upstream.port}`);
    expect(headers).toMatchObject({ ...stand.device, 'x-kept': 'yes' });
    for (const name of ['origin', 'authorization', 'x-forwarded-for', 'forwarded', 'x-secret', 'te'])
      expect(headers[name], name).toBeUndefined();
    const claim = readGatewayHeader([String(headers['x-ao-gateway'])], { verify: stand.key.verify, nowMs: Date.now() });
    expect(claim).toMatchObject({ scheme: 'https', host: 'tunnel.example' });
    await upstream.die();
  });

  it('is carried with its body, of a known length and of none, byte for byte', async () => {
    const upstream = await startUpstream({
      request: (req, res) => {
        res.setHeader('x-length', req.headers['content-length'] ?? 'none');
        req.pipe(res);
      },
    });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const body = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 256));
    const known = await fetch(url(stand, '/trpc/a'), { method: 'POST', headers: stand.device, body });
    expect(known.headers.get('x-length')).toBe('3000000');
    expect(Buffer.from(await known.arrayBuffer()).equals(body)).toBe(true);
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < body.length; at += 500_000) controller.enqueue(body.subarray(at, at + 500_000));
        controller.close();
      },
    });
    const chunked = await fetch(url(stand, '/trpc/a'), {
      method: 'POST',
      headers: stand.device,
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(chunked.headers.get('x-length')).toBe('none');
    expect(Buffer.from(await chunked.arrayBuffer()).equals(body)).toBe(true);
    await upstream.die();
  });

  it('gets its answer as it streams, and its end of the line is the end of the other', async () => {
    const answers: ServerResponse[] = [];
    const upstream = await startUpstream({
      request: (_req, res) => {
        answers.push(res);
        res.writeHead(200, { 'content-type': 'application/jsonl' });
        res.write('first\n');
      },
    });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const abort = new AbortController();
    const response = await fetch(url(stand, '/trpc/a'), { headers: stand.device, signal: abort.signal });
    const reader = response.body?.getReader();
    const read = async (): Promise<string> => Buffer.from((await reader?.read())?.value ?? new Uint8Array()).toString();
    expect(await read()).toBe('first\n');
    answers[0]?.write('second\n');
    expect(await read()).toBe('second\n');
    abort.abort();
    await eventually('the daemon learns that nobody listens', () => answers[0]?.destroyed);
    await upstream.die();
  });

  it('keeps the connection for the next one', async () => {
    const upstream = await startUpstream({ request: (_req, res) => void res.end('{}') });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const one = `GET /trpc/a HTTP/1.1\r\nHost: localhost:${stand.port}\r\nCookie: ${stand.cookie}\r\nX-Ao-Device-Secret: ${stand.device['x-ao-device-secret']}\r\n\r\n`;
    const answer = await exchangeRaw(stand.port, one + one, /(HTTP\/1\.1 200[\s\S]*){2}\{\}/);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    await upstream.die();
  });

  it('is answered 503 when no daemon can be had, with the reason in the shape that its asker reads', async () => {
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(null) });
    const rpc = await fetch(url(stand, '/trpc/sessions.list'), { headers: stand.device });
    expect([rpc.status, await rpc.json()]).toMatchObject([503, { error: { data: { app: { code: 'DAEMON_STOPPED_BY_USER' } } } }]);
    const { code } = stand.pairing.create();
    const pair = await fetch(url(stand, '/pair'), { method: 'POST', body: JSON.stringify({ code, name: 'x' }) });
    expect([pair.status, await pair.json()]).toMatchObject([503, { error: { code: 'DAEMON_STOPPED_BY_USER' } }]);
    expect(stand.pairing.isValid(code), 'the code is not used up').toBe(true);
    expect(statusOf(await exchangeRaw(stand.port, upgradeRequest(stand)))).toBe(503);
  });
});

describe('pairing through the gateway', () => {
  it('passes a valid code on, whole, however it was framed', async () => {
    const bodies: string[] = [];
    const upstream = await startUpstream({
      request: (req, res) => {
        let body = '';
        req.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        req.on('end', () => {
          bodies.push(body);
          res.setHeader('set-cookie', 'ao_device=x').end('{"deviceId":"x"}');
        });
      },
    });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const { code } = stand.pairing.create();
    const input = JSON.stringify({ code, name: 'Firefox on Linux' });
    const chunked = `POST /pair HTTP/1.1\r\nHost: localhost:${stand.port}\r\nTransfer-Encoding: chunked\r\n\r\n${input.length.toString(16)}\r\n${input}\r\n0\r\n\r\n`;
    expect(await exchangeRaw(stand.port, chunked, /deviceId/)).toMatch(/set-cookie: ao_device=x/i);
    const plain = await fetch(url(stand, '/pair'), { method: 'POST', headers: { 'content-type': 'text/plain' }, body: input });
    expect(plain.status).toBe(200);
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([JSON.parse(input), JSON.parse(input)]);
    await upstream.die();
  });
});

describe('a daemon that dies', () => {
  it('in the middle of a request is a 502 in JSON, and the next request gets a new one', async () => {
    const daemons: Upstream[] = [];
    let current: Promise<Upstream> | null = null;
    const start = async (): Promise<Upstream> => {
      const first = daemons.length === 0;
      const daemon = await startUpstream({ request: (_req, res) => void (first ? undefined : res.end('"new"')) });
      daemons.push(daemon);
      return daemon;
    };
    await using stand = await startGatewayStand({
      daemon: () => {
        current ??= start();
        return current;
      },
      lost: () => {
        current = null;
      },
    });
    const hanging = fetch(url(stand, '/trpc/sessions.spawn'), { method: 'POST', headers: stand.device, body: '{}' });
    await eventually('the request is with the daemon', () => daemons[0]?.seen.length === 1);
    await daemons[0]?.die();
    const broken = await hanging;
    expect([broken.status, await broken.json()]).toMatchObject([
      502,
      { error: { data: { httpStatus: 502, app: { code: 'DAEMON_UNHEALTHY' } } } },
    ]);
    expect(daemons[0]?.seen, 'what may have been done is not asked for again').toHaveLength(1);
    const next = await fetch(url(stand, '/trpc/sessions.list'), { headers: stand.device });
    expect([next.status, await next.json()]).toEqual([200, 'new']);
    await daemons[1]?.die();
  });

  it('before anything was sent is not noticed: the same request, body and all, goes to the next one', async () => {
    const gone = await startUpstream({ request: (_req, res) => void res.end() });
    await gone.die();
    const upstream = await startUpstream({ request: (req, res) => void req.pipe(res) });
    let port = gone.port;
    await using stand = await startGatewayStand({
      daemon: () => Promise.resolve({ port }),
      lost: () => {
        port = upstream.port;
      },
    });
    const response = await fetch(url(stand, '/trpc/sessions.kill'), { method: 'POST', headers: stand.device, body: '{"id":"app-1"}' });
    expect([response.status, await response.json()]).toEqual([200, { id: 'app-1' }]);
    port = gone.port;
    await upstream.die();
  });

  it('in the middle of its answer cuts the answer off: a part is not the whole', async () => {
    const upstream = await startUpstream({
      request: (_req, res) => {
        res.writeHead(200, { 'content-length': '100' });
        res.write('part');
      },
    });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const response = await fetch(url(stand, '/trpc/a'), { headers: stand.device });
    const text = response.text();
    await Promise.all([expect(text).rejects.toThrow(), upstream.die()]);
  });

  it('ends its spliced sockets', async () => {
    const upstream = await startUpstream(echoing([]));
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const { socket } = await openSpliced(stand);
    await upstream.die();
    await eventually('the browser is told', () => socket.readableEnded || socket.destroyed);
  });
});

describe('the upgrade of the socket', () => {
  it('is spliced: bytes go both ways unchanged, what came along with the request first', async () => {
    const sockets: Duplex[] = [];
    const upstream = await startUpstream(echoing(sockets));
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const { socket, received } = await openSpliced(stand, 'early ');
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    socket.write(bytes);
    sockets[0]?.write('from the daemon');
    const wanted = bytes.toString('latin1');
    await eventually(
      'all of it came back',
      () => received().includes('early ') && received().includes(wanted) && received().includes('from the daemon'),
    );
    const headers = upstream.last()?.headers ?? {};
    expect(headers).toMatchObject({
      host: `127.0.0.1:${upstream.port}`,
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      cookie: stand.cookie,
    });
    expect(headers.origin).toBeUndefined();
    expect(readGatewayHeader([String(headers['x-ao-gateway'])], { verify: stand.key.verify, nowMs: Date.now() })).toMatchObject({
      host: `localhost:${stand.port}`,
    });
    socket.destroy();
    await eventually('the daemon sees the tab leave', () => sockets[0]?.destroyed);
    await upstream.die();
  });

  it('L4: a half-closed connection is a closed one', async () => {
    const sockets: Duplex[] = [];
    const upstream = await startUpstream({
      request: (_req, res) => void res.end(),
      upgrade: (_req, socket) => {
        sockets.push(socket);
        socket.on('end', () => socket.end());
        socket.resume();
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      },
    });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    const { socket } = await openSpliced(stand);
    socket.end();
    await eventually('both ends are closed', () => sockets[0]?.destroyed && socket.destroyed);
    await upstream.die();
  });

  it('passes the refusal of the daemon on', async () => {
    const upstream = await startUpstream({
      request: (_req, res) => void res.end(),
      upgrade: (_req, socket) => void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n'),
    });
    await using stand = await startGatewayStand({ daemon: () => Promise.resolve(upstream) });
    expect(statusOf(await exchangeRaw(stand.port, upgradeRequest(stand)))).toBe(401);
    await upstream.die();
  });

  it('is given once more when nobody listened', async () => {
    const gone = await startUpstream({ request: (_req, res) => void res.end() });
    await gone.die();
    const upstream = await startUpstream(echoing([]));
    let port = gone.port;
    await using stand = await startGatewayStand({
      daemon: () => Promise.resolve({ port }),
      lost: () => {
        port = upstream.port;
      },
    });
    const { socket } = await openSpliced(stand);
    expect(stand.asked()).toBe(2);
    socket.destroy();
    await upstream.die();
  });

  it('that the browser gave up while a daemon was starting opens nothing at the daemon', async () => {
    const upstream = await startUpstream(echoing([]));
    const gates: (() => void)[] = [];
    await using stand = await startGatewayStand({
      daemon: async () => {
        await new Promise<void>((resolve) => gates.push(resolve));
        return upstream;
      },
    });
    const socket = connect(stand.port, '127.0.0.1', () => socket.write(upgradeRequest(stand)));
    await eventually('it waits for the daemon', () => gates.length === 1);
    socket.end();
    await eventually('the gateway has noticed', () => socket.destroyed);
    gates[0]?.();
    await fetch(url(stand, '/'));
    expect(upstream.seen).toEqual([]);
    await upstream.die();
  });
});
