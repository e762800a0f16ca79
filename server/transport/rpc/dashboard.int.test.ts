/** The procedures that the dashboard needs beside those of the command line. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentViewSchema } from '../../contract/agent.ts';
import { daemonStatusSchema } from '../../contract/daemon.ts';
import { peekViewSchema } from '../../contract/peek.ts';
import { projectCheckSchema } from '../../contract/project.ts';
import { DIRT_FILES_SHOWN, sessionDirtSchema } from '../../contract/session.ts';
import { AppError } from '../../core/errors.ts';
import { PEEKS_AT_ONCE } from '../../core/terminal/peek.ts';
import { type Browser, type HttpDaemon, headersOf, OWNER_TOKEN, startHttpDaemon } from '../../testing/http-daemon.ts';
import { eventually } from '../../testing/resources.ts';

let daemon: HttpDaemon;
let browser: Browser;
beforeAll(async () => {
  daemon = await startHttpDaemon();
  browser = daemon.pairBrowser();
});
afterAll(() => daemon.close());

type Answer = { readonly status: number; readonly data: unknown; readonly code: string | undefined };

async function ask(procedure: string, input?: unknown, as: Record<string, string> = headersOf(browser)): Promise<Answer> {
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  return await read(await fetch(`http://127.0.0.1:${daemon.port}/trpc/${procedure}${query}`, { headers: as }));
}

async function tell(procedure: string, input?: unknown): Promise<Answer> {
  const body = input === undefined ? {} : { body: JSON.stringify(input) };
  const headers = { ...headersOf(browser), 'content-type': 'application/json' };
  return await read(await fetch(`http://127.0.0.1:${daemon.port}/trpc/${procedure}`, { method: 'POST', headers, ...body }));
}

async function read(response: Response): Promise<Answer> {
  const json = (await response.json()) as { result?: { data: unknown }; error?: { data: { app: { code: string } } } };
  return { status: response.status, data: json.result?.data, code: json.error?.data.app.code };
}

describe('agents.list', () => {
  it('says which agents would start, and of the others what to do', async () => {
    const { data } = await ask('agents.list');
    expect((data as unknown[]).map((view) => agentViewSchema.parse(view))).toEqual([
      { name: 'claude-code', available: false, needsCommand: false, why: 'It is not on PATH.', hint: 'Install it' },
      { name: 'shell', available: true, needsCommand: false, why: null, hint: null },
    ]);
    await ask('agents.list', { projectId: 'app' });
    expect(daemon.services.calls.at(-1)).toEqual({ name: 'agents.list', args: ['app'] });
  });
});

describe('daemon.status', () => {
  it('has both graces, for whoever wants to know what closing the last tab does', async () => {
    const { data } = await ask('daemon.status');
    expect(daemonStatusSchema.parse(data)).toMatchObject({ graceEndsAt: null, graceMs: 5_000, lossGraceMs: 600_000 });
  });
});

describe('projects.check', () => {
  it('answers what a path would become', async () => {
    const { data } = await ask('projects.check', { path: '/repos/app' });
    expect(projectCheckSchema.parse(data)).toEqual({
      ok: true,
      root: '/repos/app',
      headBranch: 'main',
      suggestedId: 'app-2',
      existing: null,
    });
  });

  it('answers with the reason, not with a failure, while the path is half typed', async () => {
    daemon.services.failNext('projects.check', new AppError({ code: 'PATH_NOT_FOUND', message: 'no /rep', hint: 'type on' }));
    const { status, data } = await ask('projects.check', { path: '/rep' });
    expect([status, projectCheckSchema.parse(data)]).toEqual([
      200,
      { ok: false, error: { code: 'PATH_NOT_FOUND', message: 'no /rep', hint: 'type on' } },
    ]);
    daemon.services.failNext('projects.check', new Error('boom'));
    expect((await ask('projects.check', { path: '/rep' })).code).toBe('INTERNAL');
    expect((await ask('projects.check', { path: 'a\0b' })).code).toBe('BAD_INPUT');
  });
});

describe('sessions.dirt', () => {
  it('says what a kill would find, and of a great many files the first', async () => {
    const { data } = await ask('sessions.dirt', { id: 'app-1' });
    expect(sessionDirtSchema.parse(data)).toEqual({ branch: 'ao/app-1', worktree: 'present', files: ['a.txt', 'b c.txt'], total: 2 });
    daemon.services.setDirt({ branch: 'b', worktree: 'present', files: Array.from({ length: 5_000 }, (_none, index) => `${index}`) });
    const many = sessionDirtSchema.parse((await ask('sessions.dirt', { id: 'app-1' })).data);
    expect([many.files.length, many.total]).toEqual([DIRT_FILES_SHOWN, 5_000]);
    expect((await ask('sessions.dirt', { id: 'app-99' })).code).toBe('SESSION_NOT_FOUND');
  });
});

describe('terminals.peek', () => {
  it('answers with the last lines of the screens that changed, for at most forty', async () => {
    const { data } = await ask('terminals.peek', { screens: [{ id: 'app-1', version: null }] });
    expect((data as unknown[]).map((view) => peekViewSchema.strict().parse(view))).toEqual([
      { id: 'app-1', version: 'v1', cols: 80, lines: [[{ text: '$ ' }, { text: 'red', fg: 1, looks: ['bold'] }]] },
    ]);
    expect(daemon.services.calls.at(-1)).toEqual({
      name: 'peeks.look',
      args: [[{ session: { by: 'id', id: 'app-1' }, version: null }]],
    });
    const many = (count: number) => ({
      screens: Array.from({ length: count }, (_none, index) => ({ id: `app-${index + 1}`, version: 'v' })),
    });
    expect((await ask('terminals.peek', many(PEEKS_AT_ONCE))).status).toBe(200);
    expect((await ask('terminals.peek', many(PEEKS_AT_ONCE + 1))).code).toBe('BAD_INPUT');
    expect((await ask('terminals.peek', { screens: [{ id: '../etc', version: null }] })).code).toBe('BAD_INPUT');
    expect((await ask('terminals.peek', { screens: [{ id: 'app-1', version: null }] }, {})).code).toBe('UNAUTHENTICATED');
  });
});

describe('devices.list', () => {
  it('marks the one that asks, and none for the command line', async () => {
    daemon.pairBrowser('Another');
    const current = (data: unknown): boolean[] => (data as { current: boolean }[]).map((device) => device.current);
    expect(current((await ask('devices.list')).data)).toEqual([true, false]);
    expect(current((await ask('devices.list', undefined, { authorization: `Bearer ${OWNER_TOKEN}` })).data)).toEqual([false, false]);
  });
});

describe('daemon.stop', () => {
  it('answers first, then asks for a deliberate stop, whatever state the daemon is in', async () => {
    daemon.setState('starting');
    expect(await tell('daemon.stop')).toMatchObject({ status: 200, data: { pid: process.pid } });
    daemon.setState('ready');
    await eventually('the stop is asked for', () => daemon.stops.length === 1);
    expect(daemon.stops).toEqual([{ reason: 'asked for by the user', by: 'user' }]);
  });

  it('is what POST /shutdown means too, unless a gateway asks', async () => {
    const shutdown = (body: unknown): Promise<Response> =>
      fetch(`http://127.0.0.1:${daemon.port}/shutdown`, {
        method: 'POST',
        headers: { authorization: `Bearer ${OWNER_TOKEN}` },
        body: JSON.stringify(body),
      });
    const count = daemon.stops.length;
    expect((await shutdown({ reason: 'ao stop' })).status).toBe(202);
    expect((await shutdown({ reason: 'last resort', by: 'gateway' })).status).toBe(202);
    expect((await shutdown({ reason: 'x', by: 'nobody' })).status).toBe(400);
    await eventually('both are asked for', () => daemon.stops.length === count + 2);
    expect(daemon.stops.slice(count)).toEqual([
      { reason: 'ao stop', by: 'user' },
      { reason: 'last resort', by: 'gateway' },
    ]);
  });
});
