/** Recordings over the wire: only what is a session's name and a number ever becomes the name of a file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordingHitSchema, recordingListSchema, recordingPageSchema } from '../../contract/recording.ts';
import { type Browser, type HttpDaemon, headersOf, startHttpDaemon } from '../../testing/http-daemon.ts';

let daemon: HttpDaemon;
let browser: Browser;
beforeAll(async () => {
  daemon = await startHttpDaemon();
  browser = daemon.pairBrowser();
});
afterAll(() => daemon.close());

async function ask(procedure: string, input: unknown, headers = headersOf(browser)) {
  const query = encodeURIComponent(JSON.stringify(input));
  const response = await fetch(`http://127.0.0.1:${daemon.port}/trpc/recordings.${procedure}?input=${query}`, { headers });
  const json = (await response.json()) as { result?: { data: unknown }; error?: { data: { app: { code: string } } } };
  return { data: json.result?.data, code: json.error?.data.app.code };
}

describe('recordings', () => {
  it('are listed, read from an offset, and searched', async () => {
    expect(recordingListSchema.parse((await ask('list', { id: 'app/orchestrator' })).data)).toMatchObject({ sessionId: 'app-2' });
    const page = await ask('read', { id: 'app-1', startedAtMs: 1_000, offset: 7 });
    expect(recordingPageSchema.parse(page.data)).toEqual({ text: '[1,"o","hello"]\n', nextOffset: null });
    expect(daemon.services.calls.at(-1)?.args).toEqual([{ sessionId: 'app-1', startedAtMs: 1_000 }, 7]);
    const found = await ask('find', { text: ' the error ' });
    expect(recordingHitSchema.array().parse(found.data)).toMatchObject([{ parts: [{ text: 'the error', match: true }] }]);
    expect(daemon.services.calls.at(-1)?.args).toEqual([{ text: 'the error', sessionId: null, limit: 50 }]);
  });

  it.each([
    ['read', { id: '../app-1', startedAtMs: 1 }],
    ['read', { id: 'app-1/..', startedAtMs: 1 }],
    ['read', { id: 'app/orchestrator', startedAtMs: 1 }],
    ['read', { id: 'app-1', startedAtMs: '../../ao.db' }],
    ['read', { id: 'app-1', startedAtMs: 1.5 }],
    ['read', { id: 'app-1', startedAtMs: -1 }],
    ['read', { id: 'app-1', startedAtMs: 1, offset: -1 }],
    ['find', { text: '' }],
    ['find', { text: 'x'.repeat(401) }],
    ['find', { text: 'fine', id: '..' }],
    ['find', { text: 'fine', limit: 201 }],
  ])('refuse %s %j before anything looks', async (procedure, input) => {
    const before = daemon.services.calls.length;
    expect(await ask(procedure, input)).toEqual({ data: undefined, code: 'BAD_INPUT' });
    expect(daemon.services.calls).toHaveLength(before);
  });

  it('are for paired browsers only', async () => {
    expect((await ask('read', { id: 'app-1', startedAtMs: 1 }, {})).code).toBe('UNAUTHENTICATED');
  });
});
