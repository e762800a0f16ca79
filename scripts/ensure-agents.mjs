/**
 * The real agents that tests drive against the local stand-in for their model's API. They are large and only tests need them,
 * so they are no dependencies: `npm test` installs the pinned versions beside the checkout's own modules. Where that cannot be
 * done, the tests that need them are skipped and say so.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lib/lock.mjs';
import { ROOT } from './lib/root.mjs';
import { run } from './lib/run.mjs';

const AGENTS = { '@anthropic-ai/claude-code': '2.1.197' };
const FOLDER = join(ROOT, '.tooling', 'agents');

function missing() {
  return Object.entries(AGENTS).filter(([name, version]) => {
    try {
      return JSON.parse(readFileSync(join(FOLDER, 'node_modules', name, 'package.json'), 'utf8')).version !== version;
    } catch {
      return true;
    }
  });
}

/** Never fails: resolves with whether all of them are there. */
export async function ensureAgents() {
  if (missing().length === 0) return true;
  const onWait = (pid) => console.error(`Waiting for another install of the agents (pid ${pid}) …`);
  return withLock('agents', { onWait }, async () => {
    const wanted = missing().map(([name, version]) => `${name}@${version}`);
    if (wanted.length === 0) return true;
    console.error(`Installing ${wanted.join(', ')} for the tests …`);
    mkdirSync(FOLDER, { recursive: true });
    if (!existsSync(join(FOLDER, 'package.json'))) writeFileSync(join(FOLDER, 'package.json'), '{ "private": true }\n');
    const { code } = await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...wanted], { cwd: FOLDER });
    const there = code === 0 && missing().length === 0;
    if (!there) console.error('The agents could not be installed: the tests that need them are skipped.');
    return there;
  });
}
