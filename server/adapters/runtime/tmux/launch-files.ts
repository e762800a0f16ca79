/**
 * Launch files: one per launch, 0600, gone once claimed by the launcher. Deleting one is the fence: a `new-session` that a
 * stopped server executes long after we gave up finds nothing to run.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LaunchId, parseLaunchId } from '../../../core/ids.ts';
import { makePrivateDirectory, writePrivateFile } from '../private-files.ts';
import { badInput } from '../refusals.ts';
import { type LaunchText, toLauncherText, toLaunchText } from './launch-text.ts';

export type LaunchFiles = {
  /** Path of the launcher, which takes the launch id as its only argument. */
  readonly launcher: string;
  /** For the start of a new server: no queue anywhere can still ask for a launch. Removes what is left over. */
  readonly sweep: () => Promise<void>;
  readonly write: (launchId: LaunchId, text: LaunchText) => Promise<void>;
  readonly revoke: (launchId: LaunchId) => Promise<void>;
};

export function createLaunchFiles(dataDir: string): LaunchFiles {
  const dir = join(dataDir, 'launch');
  const launcher = join(dataDir, 'tmux', 'launcher.sh');
  const pathOf = (launchId: LaunchId): string => {
    if (parseLaunchId(launchId) === null) throw badInput('A launch id that is none.', 'This is a defect of ao; please report it.');
    return join(dir, launchId);
  };

  let prepared: Promise<void> | null = null;

  /** Once for each daemon, not only with a new server: one that was started by an earlier version gets today's launcher. */
  async function prepare(): Promise<void> {
    prepared ??= (async () => {
      await makePrivateDirectory(dir);
      await makePrivateDirectory(join(dataDir, 'tmux'));
      await writePrivateFile(launcher, toLauncherText(dir), 'ordinary');
    })();
    try {
      await prepared;
    } catch (caught) {
      prepared = null;
      throw caught;
    }
  }

  return {
    launcher,
    async sweep() {
      await prepare();
      for (const name of await readdir(dir)) await rm(join(dir, name), { force: true, recursive: true });
    },
    async write(launchId, text) {
      await prepare();
      await writePrivateFile(pathOf(launchId), toLaunchText(text), 'ordinary');
    },
    async revoke(launchId) {
      await rm(pathOf(launchId), { force: true });
    },
  };
}
