/** The real Claude Code in a world of its own, with a local stand-in for its model's API (`model-api`). */
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from './world.ts';

const CLAUDE = fileURLToPath(new URL('../../.tooling/agents/node_modules/.bin/claude', import.meta.url));
const KEY = `sk-ant-${'0'.repeat(60)}`;

export const isClaudeInstalled = (): boolean => existsSync(CLAUDE);

/** Before the world's daemon is started, which hands its environment on. */
export function installClaude(world: Pick<World, 'bin' | 'env'>, modelUrl: string): void {
  symlinkSync(CLAUDE, join(world.bin, 'claude'));
  const settings = { hasCompletedOnboarding: true, theme: 'dark', customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] } };
  writeFileSync(join(world.env['HOME'] ?? '', '.claude.json'), JSON.stringify(settings));
  Object.assign(world.env, {
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  });
}
