/** Where a new host is to listen: a path that was never used, in a folder that is private. */
import { basename, dirname, join } from 'node:path';
import { chooseSocketPath, prepareSocketDirectory } from '../socket-path.ts';
import { toPipePath } from './windows.ts';

export type ListenPlace = {
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  /** The registry's. */
  readonly directory: string;
  /** Of this host and no other, so that a path is never somebody else's. */
  readonly id: string;
};

/** As a record has it: relative where it lies in the registry's folder, so that it moves with the data directory. */
export async function prepareListenPath({ platform, uid, directory, id }: ListenPlace): Promise<string> {
  if (platform === 'win32') return toPipePath(id);
  const own = join(directory, `${id}.sock`);
  const path = chooseSocketPath(own, { key: own, uid });
  await prepareSocketDirectory(path, uid);
  return dirname(path) === directory ? basename(path) : path;
}
