/** The trust flag in a file that is not ours. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeTempDir } from '../../../testing/resources.ts';
import { configFileOf } from './places.ts';
import { addTrust, createTrust } from './trust.ts';

const CLAUDES_OWN = JSON.stringify(
  {
    numStartups: 3,
    projects: { '/r': { allowedTools: ['x'], hasTrustDialogAccepted: false } },
    oauthAccount: { a: 1.5e-7 },
    'é\u2028': null,
  },
  null,
  2,
);

async function setUp() {
  const dir = await makeTempDir();
  const log = createRecordingLog();
  return {
    path: dir.path,
    file: join(dir.path, '.claude.json'),
    log,
    trust: createTrust(log),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

const trusted = (file: string): readonly string[] => {
  const { projects } = JSON.parse(readFileSync(file, 'utf8')) as { projects: Record<string, { hasTrustDialogAccepted?: boolean }> };
  return Object.keys(projects).filter((folder) => projects[folder]?.hasTrustDialogAccepted === true);
};

describe('adding trust', () => {
  test('keeps everything else, in its order and layout', () => {
    const wanted = CLAUDES_OWN.replace(
      '"hasTrustDialogAccepted": false\n    }',
      '"hasTrustDialogAccepted": true\n    },\n    "/w": {\n      "hasTrustDialogAccepted": true\n    }',
    );
    expect(addTrust(CLAUDES_OWN, ['/w', '/r'])).toBe(wanted);
    const tabbed = JSON.stringify(JSON.parse(CLAUDES_OWN), null, '\t');
    expect(addTrust(`${tabbed}\n`, ['/w'])).toMatch(/^\{\n\t"numStartups": 3,[\s\S]*\}\n$/);
    expect(addTrust('{"a":1}', ['/w'])).toBe('{"a":1,"projects":{"/w":{"hasTrustDialogAccepted":true}}}');
  });

  test('is no change where it is there already', () => {
    const once = addTrust(CLAUDES_OWN, ['/w', '/r']);
    expect(addTrust(once, ['/r', '/w'])).toBe(once);
  });

  test.each(['', '{', '[]', 'null', '"x"', '{"projects":[]}', '{"projects":"x"}', '{"a":1}{'])('%j', (text) => {
    if (text === '') expect(addTrust(text, ['/w'])).toContain('"/w"');
    else expect(addTrust(text, ['/w'])).toBeNull();
  });

  test('S6 a folder with a strange name is a key like any other', () => {
    const folders = ['/__proto__', '__proto__', '/a"b\nc', '/ü'];
    const config = JSON.parse(addTrust('{}', folders) ?? '') as { projects: object };
    expect(Object.keys(config.projects)).toEqual(expect.arrayContaining(folders));
  });
});

describe('granting trust', () => {
  test('makes the file 0600 where there is none, and its folder', async () => {
    await using it = await setUp();
    const file = join(it.path, 'config/.claude.json');
    await it.trust.grant(file, ['/w', '/r']);
    expect(trusted(file)).toEqual(['/w', '/r']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('keeps the mode, follows a symlinked file, and leaves nothing beside it', async () => {
    await using it = await setUp();
    const real = join(it.path, 'dotfiles.json');
    writeFileSync(real, CLAUDES_OWN);
    chmodSync(real, 0o640);
    symlinkSync('dotfiles.json', it.file);
    await it.trust.grant(it.file, ['/w']);
    expect(trusted(real)).toEqual(['/w']);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(lstatSync(it.file).isSymbolicLink()).toBe(true);
    expect(readdirSync(it.path).sort()).toEqual(['.claude.json', 'dotfiles.json']);
  });

  test('does not write what is there already', async () => {
    await using it = await setUp();
    writeFileSync(it.file, CLAUDES_OWN);
    await it.trust.grant(it.file, ['/w']);
    const { ino, mtimeMs } = statSync(it.file);
    await it.trust.grant(it.file, ['/w']);
    expect(statSync(it.file)).toMatchObject({ ino, mtimeMs });
  });

  test.each(['{ not json', '[]', '{"projects": 7}'])('leaves %j alone, warns, and lets the launch go on', async (text) => {
    await using it = await setUp();
    writeFileSync(it.file, text);
    await it.trust.grant(it.file, ['/w']);
    expect(readFileSync(it.file, 'utf8')).toBe(text);
    expect(it.log.lines).toEqual([expect.objectContaining({ level: 'warn' })]);
  });

  test('a link to nowhere, a folder, no HOME: warned of, nothing made', async () => {
    await using it = await setUp();
    symlinkSync('nowhere.json', it.file);
    await it.trust.grant(it.file, ['/w']);
    mkdirSync(join(it.path, 'folder'));
    await it.trust.grant(join(it.path, 'folder'), ['/w']);
    await it.trust.grant(null, ['/w']);
    expect(it.log.lines).toHaveLength(3);
    expect(readdirSync(it.path).sort()).toEqual(['.claude.json', 'folder']);
    expect(lstatSync(it.file).isSymbolicLink()).toBe(true);
  });

  test('many at once all get theirs', async () => {
    await using it = await setUp();
    writeFileSync(it.file, CLAUDES_OWN);
    const folders = Array.from({ length: 25 }, (_, n) => `/w/${n}`);
    await Promise.all(folders.map((folder) => it.trust.grant(it.file, [folder])));
    expect(trusted(it.file)).toEqual(expect.arrayContaining(folders));
  });

  test('two daemons at once lose nothing of each other', async () => {
    await using it = await setUp();
    const other = createTrust(it.log);
    const folders = Array.from({ length: 20 }, (_, n) => `/w/${n}`);
    await Promise.all(folders.map((folder, n) => (n % 2 === 0 ? it.trust : other).grant(it.file, [folder])));
    expect(trusted(it.file)).toEqual(expect.arrayContaining(folders));
    expect(it.log.lines).toEqual([]);
  });

  test('a lock that is never let go is passed by, not broken', async () => {
    await using it = await setUp();
    mkdirSync(`${it.file}.lock`);
    await it.trust.grant(it.file, ['/w']);
    expect(trusted(it.file)).toEqual(['/w']);
    expect(statSync(`${it.file}.lock`).isDirectory()).toBe(true);
  });
});

test('the file is looked for where the session’s environment has it', async () => {
  await using it = await setUp();
  expect(configFileOf({ HOME: it.path })).toBe(it.file);
  expect(configFileOf({ HOME: '/other', CLAUDE_CONFIG_DIR: it.path })).toBe(it.file);
  expect(configFileOf({ HOME: it.path, CLAUDE_CONFIG_DIR: '' })).toBe(it.file);
  expect(configFileOf({ CLAUDE_CONFIG_DIR: 'relative', HOME: it.path })).toBeNull();
  expect(configFileOf({})).toBeNull();
  writeFileSync(join(it.path, '.config.json'), '{}');
  expect(configFileOf({ CLAUDE_CONFIG_DIR: it.path })).toBe(join(it.path, '.config.json'));
});
