/**
 * What a host is to start: one 0600 file a launch, so that nothing of the user's is on a command line. Taking it away is the
 * fence: the host claims it by renaming it, which only one can do, once; a launch that was revoked, or that a stopped host gets to
 * minutes later, starts nothing.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LaunchId, parseLaunchId } from '../../../core/ids.ts';
import type { TerminalSize } from '../../../ports/runtime.ts';
import { makePrivateDirectory, writePrivateFile } from '../private-files.ts';

export type HostLaunch = {
  readonly name: string;
  readonly instanceId: string;
  readonly sessionId: string;
  readonly bootId: string;
  /** Where it is to listen, in a folder that is private, and what it is to be shown. Of a first launch; a restart keeps what it has. */
  readonly socket: string;
  readonly token: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size: TerminalSize;
};

export type HostLaunchFiles = {
  readonly write: (launchId: LaunchId, launch: HostLaunch) => Promise<void>;
  /** Once; `null` where it was revoked or taken. */
  readonly take: (launchId: LaunchId) => Promise<HostLaunch | null>;
  /** To look before taking. */
  readonly read: (launchId: LaunchId) => Promise<HostLaunch | null>;
  readonly revoke: (launchId: LaunchId) => Promise<void>;
};

export function createHostLaunchFiles(directory: string): HostLaunchFiles {
  const folder = join(directory, 'launch');
  function pathOf(launchId: LaunchId): string {
    if (parseLaunchId(launchId) === null) throw new Error('a launch id that is none');
    return join(folder, `${launchId}.json`);
  }

  async function readAt(path: string): Promise<HostLaunch | null> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as HostLaunch;
    } catch (caught) {
      if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw caught;
    }
  }

  return {
    async write(launchId, launch) {
      await makePrivateDirectory(folder);
      await writePrivateFile(pathOf(launchId), JSON.stringify(launch), 'ordinary');
    },
    async take(launchId) {
      const path = pathOf(launchId);
      try {
        await rename(path, `${path}.claimed`);
      } catch (caught) {
        if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw caught;
      }
      try {
        return await readAt(`${path}.claimed`);
      } finally {
        await rm(`${path}.claimed`, { force: true });
      }
    },
    read: (launchId) => readAt(pathOf(launchId)),
    revoke: (launchId) => rm(pathOf(launchId), { force: true }),
  };
}
