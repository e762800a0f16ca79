import type { AddressInfo } from 'node:net';
import { connect, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorBodySchema } from '../../contract/errors.ts';
import { healthSchema } from '../../contract/run-file.ts';
import { sessionViewSchema } from '../../contract/session.ts';
import { AppError } from '../../core/errors.ts';
import { FAKE_SESSION_TOKEN } from '../../testing/fakes/app-services.ts';
import { type HttpDaemon, OWNER_TOKEN, startHttpDaemon } from '../../testing/http-daemon.ts';
import { eventually } from '../../testing/resources.ts';
import { INSTANCE, launch } from '../../testing/session-facts.ts';

let daemon: HttpDaemon;
beforeAll(async () => {
  daemon = await startHttpDaemon();
});
afterAll(() => daemon.server.close({ drainMs: 1_000 }));

type Call = { readonly method?: string; readonly token?: string | null; readonly headers?: Record<string, string>; readonly body?: string };

async function call(
  path: string,
  { method = 'GET', token = OWNER_TOKEN, headers = {}, body }: Call = {},
): Promise<{ status: number; headers: Headers; json: unknown }> {
  const response = await fetch(`http://127.0.0.1:${daemon.port}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? null : JSON.parse(text) };
}
describe('health', () => {
  it('is told to anybody local, and readiness says 503 until it is true', async () => {
    for (const [state, ready] of [
      ['starting', 503],
      ['ready', 200],
      ['stopping', 503],
    ] as const) {
      daemon.setState(state);
      const health = await call('/healthz', { token: null });
      expect(health.status).toBe(200);
      expect(healthSchema.parse(health.json)).toMatchObject({
        service: 'agent-orchestrator',
        pid: process.pid,
        state,
        instanceId: INSTANCE,
      });
      expect((await call('/readyz', { token: null })).status).toBe(ready);
    }
    daemon.setState('ready');
  });

  it('is never cached, sniffed or framed', async () => {
    const { headers } = await call('/healthz');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('tRPC', () => {
  it('answers the stable paths with views of the contract', async () => {
    const { status, json } = await call('/trpc/sessions.list');
    expect(status).toBe(200);
    const { result } = json as { result: { data: unknown[] } };
    expect(result.data.map((view) => sessionViewSchema.parse(view).id)).toEqual(['app-1', 'app-2']);
    const got = await call(`/trpc/sessions.get?input=${encodeURIComponent(JSON.stringify({ id: 'app/orchestrator' }))}`);
    expect((got.json as { result: { data: { id: string } } }).result.data.id).toBe('app-2');
  });

  it('answers a page of the gateway and of an allowed tunnel', async () => {
    for (const origin of ['http://localhost:3000', 'https://tunnel.example'])
      expect((await call('/trpc/projects.list', { headers: { origin } })).status).toBe(200);
  });

  const appError = (json: unknown): unknown => (json as { error: { data: { app: unknown } } }).error.data.app;

  it('carries code, message and hint of a refusal, and its HTTP status', async () => {
    const { status, json } = await call(`/trpc/sessions.get?input=${encodeURIComponent(JSON.stringify({ id: 'app-99' }))}`);
    expect(status).toBe(404);
    expect(appError(json)).toEqual({
      code: 'SESSION_NOT_FOUND',
      message: 'There is no session app-99.',
      hint: 'List them with `ao ls --all`.',
    });
    expect(JSON.stringify(json)).not.toContain('.ts:');
  });

  it.each([
    ['sessions.get', { id: '../etc' }, 'A session is named'],
    ['sessions.get', { id: 'app-1\n' }, 'A session is named'],
    ['sessions.get', {}, 'id: '],
    ['sessions.rename', { id: 'app-1', title: 'a\u001b[31mb' }, 'title: must not contain control characters'],
    ['projects.set', { id: 'app', env: { AO_DATA_DIR: '/x' } }, 'AO_* and TMUX* cannot be set by a project'],
    ['projects.set', { id: 'app', symlinks: ['../../etc'] }, 'must be relative to the repository'],
    ['sessions.send', { id: 'app-1', text: 'a\0b' }, 'must not contain NUL'],
  ])('S6: says in one sentence what is wrong with the input of %s %j', async (procedure, input, expected) => {
    const mutation = !procedure.endsWith('.get');
    const answer = mutation
      ? await call(`/trpc/${procedure}`, { method: 'POST', body: JSON.stringify(input) })
      : await call(`/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`);
    expect(answer.status).toBe(400);
    expect(appError(answer.json)).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining(expected) });
  });

  it('S9: refuses a prompt, a message and a body that are too long, each with its own code', async () => {
    const long = await call('/trpc/sessions.spawn', {
      method: 'POST',
      body: JSON.stringify({ projectId: 'app', prompt: 'ä'.repeat(50_001) }),
    });
    expect([long.status, appError(long.json)]).toMatchObject([413, { code: 'PROMPT_TOO_LONG' }]);
    const message = await call('/trpc/sessions.send', {
      method: 'POST',
      body: JSON.stringify({ id: 'app-1', text: 'x'.repeat(1_048_577) }),
    });
    expect([message.status, appError(message.json)]).toMatchObject([413, { code: 'MESSAGE_TOO_LONG' }]);
    const body = await call('/trpc/sessions.send', {
      method: 'POST',
      body: JSON.stringify({ id: 'app-1', text: 'x'.repeat(8_000_000) }),
    }).catch(() => null);
    if (body !== null) expect([body.status, appError(body.json)]).toMatchObject([413, { code: 'BAD_INPUT' }]);
    expect((await call('/healthz')).status).toBe(200);
  });

  it('accepts a message of one MiB that JSON makes six times as long', async () => {
    const answer = await call('/trpc/sessions.send', {
      method: 'POST',
      body: JSON.stringify({ id: 'app-1', text: '\u0001'.repeat(1_048_576) }),
    });
    expect(answer.status).toBe(200);
  });

  it('says INTERNAL for what nobody expected, without a stack', async () => {
    daemon.services.failNext('projects.list', new TypeError('boom'));
    const { status, json } = await call('/trpc/projects.list');
    expect(status).toBe(500);
    expect(appError(json)).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('boom') });
    expect(JSON.stringify(json)).not.toMatch(/"stack"|\.ts/);
  });

  it('passes an AppError of an async service on', async () => {
    daemon.services.failNext('sessions.spawn', new AppError({ code: 'AGENT_NOT_FOUND', message: 'no claude', hint: 'install it' }));
    const { status, json } = await call('/trpc/sessions.spawn', { method: 'POST', body: JSON.stringify({ projectId: 'app' }) });
    expect([status, appError(json)]).toEqual([412, { code: 'AGENT_NOT_FOUND', message: 'no claude', hint: 'install it' }]);
  });

  it('answers only what concerns the daemon itself until it is ready, and while it stops', async () => {
    for (const [state, code] of [
      ['starting', 'DAEMON_STARTING'],
      ['stopping', 'DAEMON_STOPPING'],
    ] as const) {
      daemon.setState(state);
      const refused = await call('/trpc/sessions.list');
      expect([refused.status, appError(refused.json)]).toMatchObject([503, { code }]);
      expect((await call('/trpc/daemon.status')).status).toBe(200);
    }
    daemon.setState('ready');
  });
});

describe('hooks', () => {
  const hook = { sessionId: 'app-1', launchId: launch(1), agent: 'shell', event: 'Stop', atMs: 5, payload: { a: 1 } };
  const post = (body: unknown, token: string | null = FAKE_SESSION_TOKEN) =>
    call('/hooks', { method: 'POST', token, body: JSON.stringify(body) });

  it('takes a report of the session whose token it is', async () => {
    expect((await post(hook)).status).toBe(200);
    expect(daemon.services.calls.at(-1)).toMatchObject({
      name: 'reports.report',
      args: [{ sessionId: 'app-1' }, { event: 'Stop', payload: { a: 1 } }],
    });
  });

  it('S5: takes none for another session or launch, none of the owner, and none that is malformed', async () => {
    const count = daemon.services.calls.length;
    expect((await post({ ...hook, sessionId: 'app-2' })).status).toBe(403);
    expect((await post({ ...hook, launchId: launch(2) })).status).toBe(403);
    expect((await post(hook, OWNER_TOKEN)).status).toBe(403);
    expect((await post({ ...hook, atMs: 'now' })).status).toBe(400);
    expect((await call('/hooks', { method: 'POST', token: FAKE_SESSION_TOKEN, body: '{"sessionId":' })).status).toBe(400);
    expect((await post({ ...hook, payload: { long: 'x'.repeat(1_600_000) } })).status).toBe(413);
    expect(daemon.services.calls.length).toBe(count);
  });

  it('D3: is told to come back later while the daemon starts', async () => {
    daemon.setState('starting');
    const { status, json } = await post(hook);
    daemon.setState('ready');
    expect(status).toBe(503);
    expect(errorBodySchema.parse(json).error.code).toBe('DAEMON_STARTING');
  });
});

describe('shutdown', () => {
  it('answers 202 with the pid first, then asks for the stop with the reason', async () => {
    const { status, json } = await call('/shutdown', { method: 'POST', body: JSON.stringify({ reason: 'a test' }) });
    expect([status, json]).toEqual([202, { pid: process.pid }]);
    await eventually('the stop is asked for', () => daemon.stops.some(({ reason }) => reason === 'a test'));
  });

  it('refuses other methods and a reason that would break a log line', async () => {
    const count = daemon.stops.length;
    expect((await call('/shutdown')).status).toBe(405);
    expect((await call('/shutdown', { method: 'POST', body: JSON.stringify({ reason: 'a\nb' }) })).status).toBe(400);
    expect(daemon.stops.length).toBe(count);
  });
});

describe('the port', () => {
  it('is another one when the wanted one is taken', async () => {
    const taken = createTcpServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const wanted = (taken.address() as AddressInfo).port;
    const second = await startHttpDaemon({ port: wanted });
    expect(second.port).not.toBe(wanted);
    expect((await fetch(`http://127.0.0.1:${second.port}/healthz`)).status).toBe(200);
    await second.server.close({ drainMs: 1_000 });
    await new Promise((resolve) => taken.close(resolve));
  });

  it('is free again after close, even with a client that never finishes its request', async () => {
    const first = await startHttpDaemon();
    const slow = connect(first.port, '127.0.0.1');
    await new Promise((resolve) => slow.once('connect', resolve));
    slow.on('error', () => undefined);
    slow.write(
      `POST /hooks HTTP/1.1\r\nHost: 127.0.0.1:${first.port}\r\nAuthorization: Bearer ${FAKE_SESSION_TOKEN}\r\nContent-Length: 100\r\n\r\n{`,
    );
    await first.server.close({ drainMs: 100 });
    const second = await startHttpDaemon({ port: first.port });
    expect(second.port).toBe(first.port);
    await second.server.close({ drainMs: 100 });
    slow.destroy();
  });
});
