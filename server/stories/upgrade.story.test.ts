/** L12: the next version takes over fifty sessions while they print, and this one can have them back. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually } from '../testing/resources.ts';
import { makeWorld, type SessionJson, type World } from '../testing/world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SESSIONS = 50;

/** This build with one more schema change, inside the checkout: it finds its packages there. */
function makeNextVersion(): Disposable & { readonly cli: string } {
  const folder = join(ROOT, '.tooling', `next-version-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(ROOT, '.tooling'), { recursive: true });
  cpSync(join(ROOT, '.test-build'), folder, { recursive: true });
  const path = join(folder, 'migrations', 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as { entries: { idx: number; when: number; tag: string }[] };
  const last = journal.entries.at(-1);
  const entry = { ...last, idx: journal.entries.length, when: (last?.when ?? 0) + 1, tag: '9999_next' };
  writeFileSync(path, JSON.stringify({ ...journal, entries: [...journal.entries, entry] }));
  writeFileSync(join(folder, 'migrations', '9999_next.sql'), 'ALTER TABLE `projects` ADD `colour` text;');
  return { cli: join(folder, 'ao.js'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

async function spawnPrinters(world: World): Promise<readonly string[]> {
  await world.ok(['project', 'add', '--path', world.repo, '--id', 'app', '--agent', 'shell']);
  const command = 'n=0; while :; do n=$((n+1)); echo "line $n"; echo "$n" >> printed; sleep 0.2; done';
  const spawned: SessionJson[] = [];
  while (spawned.length < SESSIONS) {
    const five = Array.from({ length: 5 }, () =>
      world.ok<SessionJson>(['spawn', '--project', 'app', '--agent', 'custom', '--command', command]),
    );
    spawned.push(...(await Promise.all(five)));
  }
  return spawned.map(({ workspacePath }) => join(workspacePath, 'printed'));
}

const numbersIn = (file: string): readonly number[] => readFileSync(file, 'utf8').trim().split('\n').map(Number);

it('L12 fifty printing sessions are adopted by the next version, and after a clean refusal by this one again', async () => {
  await using world = await makeWorld();
  using next = makeNextVersion();
  await world.ok(['start']);
  const files = await spawnPrinters(world);
  const panes = world.panes();
  expect(panes).toHaveLength(SESSIONS);
  const allLive = async (build?: string): Promise<void> => {
    // All that it is told at any time is that they live; on a busy machine the first look may tell no more than that.
    await eventually('all to be running', async () => {
      const sessions = await world.ok<SessionJson[]>(['ls'], build === undefined ? {} : { build });
      expect(sessions.map(({ phase }) => phase)).toEqual(Array.from({ length: SESSIONS }, () => 'live'));
      return sessions.every(({ status }) => status === 'running');
    });
    expect(world.panes()).toEqual(panes);
  };
  await allLive();

  // Up: the database is copied first, then changed; nobody printing notices.
  await world.ok(['stop']);
  await world.ok(['start'], { build: next.cli });
  await allLive(next.cli);
  const backups = await world.ok<{ name: string }[]>(['restore-backup'], { build: next.cli });
  expect(backups).toHaveLength(1);
  const name = backups[0]?.name ?? '';

  // Not under a daemon that runs, and not by a version that does not know the schema.
  expect(await world.refused(['restore-backup', name], { build: next.cli })).toBe('DAEMON_RUNNING');
  await world.ok(['stop'], { build: next.cli });
  expect(await world.refused(['start'])).toBe('DATABASE_NEWER');
  expect(await world.refused(['restore-backup', 'ao-schema-99.db'])).toBe('BACKUP_NOT_FOUND');

  // Back.
  const restored = await world.ok<{ restored: { name: string }; setAside: string }>(['restore-backup', name]);
  expect(restored.restored.name).toBe(name);
  await world.ok(['start']);
  await allLive();

  // Not one line is missing, and all go on.
  const before = files.map((file) => numbersIn(file).length);
  await eventually('all to print on', () => files.every((file, index) => numbersIn(file).length > (before[index] ?? 0)));
  for (const file of files) {
    const numbers = numbersIn(file);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
  }
});
