/**
 * Tells Claude Code that a folder is trusted: adding a project was the user's consent (SPEC §6). The file is Claude's and
 * the user's own, full of things that are none of our business, and written by every running Claude; so it is changed only
 * where the flag is missing, atomically, and never when it cannot be understood. A launch never fails for it.
 */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readFile, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '../../../ports/log.ts';

export interface Trust {
  grant(configFile: string | null, folders: readonly string[]): Promise<void>;
}

const MAX_TRIES = 5;
/** Claude takes the folder `<file>.lock` around its own writes, for a few milliseconds. */
const LOCK_LIMIT_MS = 1_000;
const LOCK_POLL_MS = 20;

export function createTrust(log: Log): Trust {
  let tail: Promise<void> = Promise.resolve();

  async function grantNow(configFile: string, folders: readonly string[]): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      // First without the lock, which then is held for an instant only; who lost a race once holds it from reading to writing.
      const unlock = tries === 0 ? null : await lock(`${configFile}.lock`);
      try {
        if ((await attempt(configFile, folders, unlock === null ? 'free' : 'held')) === 'settled') return;
      } finally {
        await unlock?.();
      }
    }
    log.warn({ configFile, folders }, 'the trust flag was not set: Claude’s configuration kept changing');
  }

  async function attempt(configFile: string, folders: readonly string[], locked: 'free' | 'held'): Promise<'settled' | 'changed'> {
    const before = await look(configFile);
    const next = before === 'unreadable' ? null : addTrust(before?.text ?? null, folders);
    if (before === 'unreadable' || next === null) {
      log.warn({ configFile }, 'the trust flag was not set: Claude’s configuration cannot be understood and is left alone');
      return 'settled';
    }
    return next === before?.text ? 'settled' : replace(configFile, { before, text: next, locked });
  }

  return {
    grant(configFile, folders) {
      if (configFile === null) {
        log.warn({ folders }, 'the trust flag was not set: the session has no HOME');
        return Promise.resolve();
      }
      const mine = tail
        .then(() => grantNow(configFile, folders))
        .catch((error: unknown) => log.warn({ configFile, error }, 'the trust flag was not set'));
      tail = mine;
      return mine;
    },
  };
}

/** Pure. The new text, the same text where nothing is to be changed, `null` where the old one is no JSON object. */
export function addTrust(text: string | null, folders: readonly string[]): string | null {
  const config = text === null || text.trim() === '' ? {} : parseObject(text);
  if (config === null) return null;
  const projects = config['projects'] ?? {};
  if (!isObject(projects)) return null;
  const missing = [...new Set(folders)].filter((folder) => {
    const project = Object.hasOwn(projects, folder) ? projects[folder] : undefined;
    return !isObject(project) || project['hasTrustDialogAccepted'] !== true;
  });
  if (missing.length === 0) return text;
  const changed = Object.fromEntries(
    missing.map((folder) => {
      const project = Object.hasOwn(projects, folder) ? projects[folder] : undefined;
      return [folder, { ...(isObject(project) ? project : {}), hasTrustDialogAccepted: true }];
    }),
  );
  // Claude's own layout unless the file has another; everything else keeps its place and its value.
  const indent =
    /^\{\r?\n([ \t]+)/.exec(text ?? '')?.[1] ?? (text !== null && !text.trim().includes('\n') && text.trim() !== '' ? '' : '  ');
  const lastNewline = text?.endsWith('\n') === true ? '\n' : '';
  return JSON.stringify({ ...config, projects: { ...projects, ...changed } }, null, indent) + lastNewline;
}

type Seen = { readonly text: string; readonly path: string; readonly mode: number; readonly stamp: string };

/** `null`: there is none yet. Symlinks are followed, so that a dotfiles repository keeps its link. */
async function look(configFile: string): Promise<Seen | null | 'unreadable'> {
  try {
    const path = await realpath(configFile);
    const stamp = await stampOf(path);
    const { mode } = await stat(path);
    return { text: await readFile(path, 'utf8'), path, mode: mode & 0o777, stamp };
  } catch (caught) {
    const gone = caught instanceof Error && 'code' in caught && caught.code === 'ENOENT';
    // A link to nowhere is somebody's intention, not ours to replace by a file.
    const isLink = await lstat(configFile).then(
      () => true,
      () => false,
    );
    return gone && !isLink ? null : 'unreadable';
  }
}

type Change = { readonly before: Seen | null; readonly text: string; readonly locked: 'free' | 'held' };

async function replace(configFile: string, { before, text, locked }: Change): Promise<'settled' | 'changed'> {
  const path = before?.path ?? configFile;
  const draft = `${path}.ao-${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeWhole(draft, { text, mode: before?.mode ?? 0o600 });
    const unlock = locked === 'held' ? null : await lock(`${configFile}.lock`);
    try {
      if ((await stampOf(path)) !== (before?.stamp ?? 'none')) return 'changed';
      await rename(draft, path);
      return 'settled';
    } finally {
      await unlock?.();
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeWhole(path: string, { text, mode }: { readonly text: string; readonly mode: number }): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Claude's own lock. One that is not let go in time is passed by, never broken: the stamp still guards us. */
async function lock(folder: string): Promise<() => Promise<void>> {
  for (let waitedMs = 0; waitedMs < LOCK_LIMIT_MS; waitedMs += LOCK_POLL_MS) {
    try {
      await mkdir(folder);
      return () => rmdir(folder).catch(() => undefined);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
    }
  }
  return () => Promise.resolve();
}

async function stampOf(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    (stats) => `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`,
    () => 'none',
  );
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
