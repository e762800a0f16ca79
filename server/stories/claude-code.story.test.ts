/**
 * The real Claude Code, driven by a local stand-in for its model: it is told, killed with everything around it, and comes back
 * under its id with its conversation.
 */
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openModelApi } from '../testing/model-api/model-api.ts';
import { eventually } from '../testing/resources.ts';
import { makeWorld, type SessionJson, type World } from '../testing/world.ts';

const CLAUDE = fileURLToPath(new URL('../../.tooling/agents/node_modules/.bin/claude', import.meta.url));
const KEY = `sk-ant-${'0'.repeat(60)}`;
const PATIENCE = { limitMs: 60_000, everyMs: 100 };
const SKIPPED = existsSync(CLAUDE) ? '' : ' (skipped: Claude Code could not be installed; npm test tries)';

async function withClaude(modelUrl: string): Promise<World> {
  const world = await makeWorld();
  symlinkSync(CLAUDE, join(world.bin, 'claude'));
  const settings = { hasCompletedOnboarding: true, theme: 'dark', customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] } };
  writeFileSync(join(world.env['HOME'] ?? '', '.claude.json'), JSON.stringify(settings));
  Object.assign(world.env, {
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  });
  await world.ok(['start']);
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app']);
  return world;
}

describe.skipIf(SKIPPED !== '')(`Claude Code${SKIPPED}`, () => {
  it('says its prompt, takes messages, outlives the daemon, and after a reboot resumes the whole conversation under its id', async () => {
    await using model = await openModelApi();
    await using world = await withClaude(model.url);
    const said = (text: string): Promise<unknown> =>
      eventually(
        `"${text}" to be said`,
        () => model.conversation.some(({ messages }) => messages.some((message) => message.role === 'user' && message.text.includes(text))),
        PATIENCE,
      );

    const session = await world.ok<SessionJson>(['spawn', '--project', 'app', '--prompt', 'remember the word heron']);
    await said('remember the word heron');
    await world.status(session.id, 'idle', 60_000);
    await world.ok(['send', session.id, 'and the word plover']);
    await said('and the word plover');
    await world.status(session.id, 'idle', 60_000);
    expect(world.git(['status', '--porcelain'], session.workspacePath)).toBe('');

    await world.killDaemon();
    await world.ok(['start']);
    const adopted = await world.ok<SessionJson>(['get', session.id]);
    expect([adopted.launchId, adopted.status]).toEqual([session.launchId, 'idle']);
    await world.ok(['send', session.id, 'and the word curlew']);
    await said('and the word curlew');
    await world.status(session.id, 'idle', 60_000);

    await world.reboot();
    await world.ok(['start']);
    const back = await eventually('the session to be relaunched', async () => {
      const now = await world.ok<SessionJson & { launchMode: string }>(['get', session.id]);
      return now.launchId !== session.launchId && now.status !== 'recovering' ? now : null;
    });
    expect(back.launchMode).toBe('resumed');
    await world.ok(['send', session.id, 'which words were they']);
    await said('which words were they');
    const last =
      model.conversation
        .at(-1)
        ?.messages.map((message) => message.text)
        .join('\n') ?? '';
    for (const word of ['heron', 'plover', 'curlew']) expect(last).toContain(word);
  });
});
