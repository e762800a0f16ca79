import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceViewSchema, GATEWAY_HEADER, pairResultSchema } from '../../contract/device.ts';
import { errorBodySchema } from '../../contract/errors.ts';
import { toGatewayHeader } from '../../core/access/gateway-claim.ts';
import { createFakeKey } from '../../testing/fakes/gateway-key.ts';
import { type HttpDaemon, headersOf, startHttpDaemon } from '../../testing/http-daemon.ts';

const CODE = 'a-one-time-code-of-160-bits';

let daemon: HttpDaemon;
beforeAll(async () => {
  daemon = await startHttpDaemon();
});
afterAll(() => daemon.close());

type Sent = { readonly via?: string; readonly scheme?: 'http' | 'https'; readonly type?: string; readonly method?: string };

async function pair(body: unknown, { via, scheme = 'https', type = 'application/json', method = 'POST' }: Sent = {}): Promise<Response> {
  const claim = (host: string): string => toGatewayHeader({ scheme, host, atMs: Date.now() }, createFakeKey().sign);
  return await fetch(`http://127.0.0.1:${daemon.port}/pair`, {
    method,
    headers: { 'content-type': type, ...(via === undefined ? {} : { [GATEWAY_HEADER]: claim(via) }) },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
}

const ask = (path: string, headers: Record<string, string>): Promise<Response> =>
  fetch(`http://127.0.0.1:${daemon.port}${path}`, { headers });

const statuses = (answers: readonly Response[]): number[] => answers.map(({ status }) => status).sort((left, right) => left - right);

describe('pairing', () => {
  it('exchanges a code for a cookie and a secret, which are the owner together', async () => {
    daemon.services.allowCode(CODE);
    const answer = await pair({ code: CODE, name: '  Firefox on Linux ' });
    expect(answer.status).toBe(200);
    const { deviceId, secret } = pairResultSchema.parse(await answer.json());
    const setCookie = answer.headers.get('set-cookie') ?? '';
    expect(setCookie).toMatch(/^ao_device=[\w-]+\.[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Strict$/);
    expect(setCookie).not.toContain(secret);
    const browser = { id: deviceId, secret, cookie: setCookie.split(';')[0] ?? '' };
    const list = await ask('/trpc/devices.list', headersOf(browser));
    expect(list.status).toBe(200);
    const { result } = (await list.json()) as { result: { data: unknown[] } };
    expect(result.data.map((view) => deviceViewSchema.parse(view))).toMatchObject([
      { id: deviceId, name: 'Firefox on Linux', current: true },
    ]);
    expect(JSON.stringify(result)).not.toContain(secret);
    expect((await ask('/trpc/devices.list', { cookie: browser.cookie })).status).toBe(401);
  });

  it('S4: takes a code once, of two that race for it one', async () => {
    daemon.services.allowCode(CODE);
    const count = daemon.services.devices.list().length;
    const answers = await Promise.all(Array.from({ length: 8 }, () => pair({ code: CODE, name: 'Racer' })));
    expect(statuses(answers)).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
    expect(daemon.services.devices.list()).toHaveLength(count + 1);
    const refused = answers.find(({ status }) => status === 401);
    expect(errorBodySchema.parse(await refused?.json()).error).toMatchObject({
      code: 'PAIRING_CODE_REFUSED',
      hint: expect.stringContaining('ao pair'),
    });
    expect(refused?.headers.get('set-cookie')).toBeNull();
  });

  it('makes the cookie Secure where the page is', async () => {
    for (const [via, scheme, secure] of [
      ['box.tunnel.example', 'https', true],
      ['192.168.1.5:3000', 'http', false],
      ['localhost:3000', 'http', false],
    ] as const) {
      daemon.services.allowCode(CODE);
      const answer = await pair({ code: CODE, name: 'Phone' }, { via, scheme });
      expect(answer.headers.get('set-cookie')?.includes('; Secure'), via).toBe(secure);
    }
  });

  it.each<[string, unknown, Sent, number]>([
    ['not JSON', '{"code":', {}, 400],
    ['no code', { name: 'x' }, {}, 400],
    ['a name that would write on a terminal', { code: CODE, name: 'a\u001b[2Jb' }, {}, 400],
    ['an empty name', { code: CODE, name: '   ' }, {}, 400],
    ['10 kB', { code: CODE, name: 'x'.repeat(10_000) }, {}, 413],
    ['text/plain', { code: CODE, name: 'x' }, { type: 'text/plain' }, 415],
    ['a form', 'code=x&name=y', { type: 'application/x-www-form-urlencoded' }, 415],
    ['GET', null, { method: 'GET' }, 405],
  ])('S6, S10: uses nothing up for %s', async (_what, body, sent, status) => {
    daemon.services.allowCode(CODE);
    expect((await pair(body, sent)).status).toBe(status);
    expect((await pair({ code: CODE, name: 'x' })).status).toBe(200);
  });

  it('S3: slows wrong codes through a tunnel down, and never whoever sits at this machine', async () => {
    const wrong = { code: 'x'.repeat(27), name: 'x' };
    const through = await Promise.all(Array.from({ length: 15 }, () => pair(wrong, { via: 'noisy.tunnel.example' })));
    expect(statuses(through)).toEqual([...Array<number>(10).fill(401), ...Array<number>(5).fill(429)]);
    const local = await Promise.all(Array.from({ length: 30 }, () => pair(wrong, { via: 'localhost:3000', scheme: 'http' })));
    expect(new Set(local.map(({ status }) => status))).toEqual(new Set([401]));
    daemon.services.allowCode(CODE);
    expect((await pair({ code: CODE, name: 'x' }, { via: 'noisy.tunnel.example' })).status).toBe(429);
    expect((await pair({ code: CODE, name: 'x' }, { via: 'quiet.tunnel.example' })).status).toBe(200);
  });

  it('keeps the code for later while the daemon starts', async () => {
    daemon.services.allowCode(CODE);
    daemon.setState('starting');
    expect((await pair({ code: CODE, name: 'x' })).status).toBe(503);
    daemon.setState('ready');
    expect((await pair({ code: CODE, name: 'x' })).status).toBe(200);
  });
});

describe('revoking', () => {
  it('S4: ends a browser at once, by its own hand or that of another', async () => {
    const [one, two] = [daemon.pairBrowser('One'), daemon.pairBrowser('Two')];
    const revoke = (id: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${daemon.port}/trpc/devices.revoke`, {
        method: 'POST',
        headers: { ...headersOf(one), 'content-type': 'application/json' },
        body: JSON.stringify({ id }),
      });
    expect((await revoke('nobody')).status).toBe(404);
    expect((await revoke(two.id)).status).toBe(200);
    expect((await ask('/trpc/devices.list', headersOf(two))).status).toBe(401);
    expect((await ask('/trpc/devices.list', headersOf(one))).status).toBe(200);
    expect((await revoke(one.id)).status).toBe(200);
    expect((await ask('/trpc/devices.list', headersOf(one))).status).toBe(401);
  });
});
