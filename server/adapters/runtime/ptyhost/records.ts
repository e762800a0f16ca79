/**
 * The registry of pty hosts: one 0600 file a host, in a private folder of the data directory. Written by the host before its
 * program is started, so that no record means that nothing runs under that name; and only one can make it, so that there are
 * never two hosts of a name. It is the evidence by which "does not answer" is told from "is gone" (I9).
 */
import { link, open, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ProcessRef } from '../../../ports/process-table.ts';
import { makePrivateDirectory, syncDirectory, toDraftPath, writePrivateFile } from '../private-files.ts';
import { isHostName } from './handles.ts';

export type HostRecord = ProcessRef & {
  readonly name: string;
  readonly bootId: string;
  /** Where it listens: a path, within the registry's folder where it does not begin with one of its own, or a named pipe. */
  readonly socket: string;
  /** What a connection has to show. */
  readonly token: string;
  readonly instanceId: string;
  readonly sessionId: string;
  /** The launch that it carries, or was about to start when it was last heard of. */
  readonly launchId: string;
};

export type HostRecords = {
  readonly directory: string;
  readonly names: () => Promise<readonly string[]>;
  /** Rejects where there is one that cannot be read: what it stood for may be alive. */
  readonly find: (name: string) => Promise<HostRecord | null>;
  /** `taken` where there is one of that name. */
  readonly claim: (record: HostRecord) => Promise<'claimed' | 'taken'>;
  readonly replace: (record: HostRecord) => Promise<void>;
  /** By the host itself: one that is lost or cannot be read is made anew, one that is another host's is left. */
  readonly mend: (record: HostRecord) => Promise<'sound' | 'mended'>;
  /** With the socket and the last words of that host. */
  readonly remove: (record: Pick<HostRecord, 'name' | 'socket'>) => Promise<void>;
  readonly logOf: (name: string) => string;
  readonly socketOf: (record: Pick<HostRecord, 'socket'>) => string;
};

const ENDING = '.json';

export function createHostRecords(dataDir: string): HostRecords {
  const directory = join(dataDir, 'ptyhost');
  const pathOf = (name: string): string => join(directory, `${name}${ENDING}`);
  const logOf = (name: string): string => join(directory, `${name}.log`);
  /** A data directory that has moved took the sockets in it along. */
  const socketOf = ({ socket }: Pick<HostRecord, 'socket'>): string => (socket.startsWith('\\\\') ? socket : resolve(directory, socket));
  const toText = (record: HostRecord): string => `${JSON.stringify(record, null, 2)}\n`;

  async function find(name: string): Promise<HostRecord | null> {
    let text: string;
    try {
      text = await readFile(pathOf(name), 'utf8');
    } catch (caught) {
      if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw caught;
    }
    const record = parseHostRecord(text);
    if (record === null || record.name !== name) throw new Error('what is written there is no record of it');
    return record;
  }

  async function claim(record: HostRecord): Promise<'claimed' | 'taken'> {
    await makePrivateDirectory(directory);
    const draft = toDraftPath(pathOf(record.name));
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(toText(record));
        await file.sync();
      } finally {
        await file.close();
      }
      // Unlike a rename, it fails where there is one already.
      await link(draft, pathOf(record.name));
    } catch (caught) {
      if ((caught as NodeJS.ErrnoException).code === 'EEXIST') return 'taken';
      throw caught;
    } finally {
      await rm(draft, { force: true });
    }
    await syncDirectory(directory);
    return 'claimed';
  }

  async function replace(record: HostRecord): Promise<void> {
    await writePrivateFile(pathOf(record.name), toText(record), 'durable');
  }

  return {
    directory,
    logOf,
    socketOf,
    find,
    claim,
    replace,
    async names() {
      try {
        const found = await readdir(directory);
        return found.filter((file) => file.endsWith(ENDING) && isHostName(file.slice(0, -ENDING.length))).map((file) => file.slice(0, -5));
      } catch (caught) {
        if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw caught;
      }
    },
    async mend(record) {
      let present: HostRecord | null;
      try {
        present = await find(record.name);
      } catch {
        await replace(record);
        return 'mended';
      }
      if (present !== null) return 'sound';
      return (await claim(record)) === 'claimed' ? 'mended' : 'sound';
    },
    async remove(record) {
      // The record last: as long as it is there, the name is not free.
      if (!record.socket.startsWith('\\\\')) await rm(socketOf(record), { force: true });
      await rm(logOf(record.name), { force: true });
      await rm(pathOf(record.name), { force: true });
    },
  };
}

/** `null` for whatever is no record. Pure. */
export function parseHostRecord(text: string): HostRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { name, pid, startedAt, bootId, socket, token, instanceId, sessionId, launchId } = value as Record<string, unknown>;
  const texts = [name, startedAt, bootId, socket, token, instanceId, sessionId, launchId];
  if (!texts.every((each) => typeof each === 'string' && each !== '')) return null;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 2) return null;
  return { name, pid, startedAt, bootId, socket, token, instanceId, sessionId, launchId } as HostRecord;
}
