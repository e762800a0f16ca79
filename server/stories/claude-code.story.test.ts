/**
 * The real Claude Code, driven by a local stand-in for its model: it is told, killed with everything around it, and comes back
 * under its id with its conversation.
 */
import { describe, expect, it } from 'vitest';
import { installClaude, isClaudeInstalled } from '../testing/claude.ts';
import { openModelApi } from '../testing/model-api/model-api.ts';
import { eventually } from '../testing/resources.ts';
import { makeWorld, type SessionJson, type World } from '../testing/world.ts';

const PATIENCE = { limitMs: 60_000, everyMs: 100 };
const SKIPPED = isClaudeInstalled() ? '' : ' (skipped: Claude Code could not be installed; npm test tries)';

async function withClaude(modelUrl: string): Promise<World> {
  const world = await makeWorld();
  installClaude(world, modelUrl);
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
