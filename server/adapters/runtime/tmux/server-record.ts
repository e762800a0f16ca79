/**
 * Which process is behind a socket: the evidence by which "does not answer" is told from "is gone" (I9). Written before any
 * session is created on that server, so that no record means that nothing was ever there.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessRef } from '../../../ports/process-table.ts';
import { makePrivateDirectory, writePrivateFile } from '../private-files.ts';

export type ServerRecord = ProcessRef & { readonly socket: string; readonly bootId: string };

export type ServerRecords = {
  readonly find: (socket: string) => Promise<ServerRecord | null>;
  readonly save: (record: ServerRecord) => Promise<void>;
};

/** A data directory that was moved knows its earlier sockets; more than a few are history. */
const MAX_RECORDS = 8;

export function createServerRecords(dataDir: string): ServerRecords {
  const path = join(dataDir, 'tmux', 'server.json');

  async function readAll(): Promise<readonly ServerRecord[]> {
    try {
      return parseServerRecords(await readFile(path, 'utf8'));
    } catch (caught) {
      if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw caught;
    }
  }

  return {
    async find(socket) {
      return (await readAll()).find((record) => record.socket === socket) ?? null;
    },
    async save(record) {
      const others = (await readAll()).filter(({ socket }) => socket !== record.socket);
      await makePrivateDirectory(join(dataDir, 'tmux'));
      await writePrivateFile(path, `${JSON.stringify({ servers: [record, ...others].slice(0, MAX_RECORDS) }, null, 2)}\n`, 'durable');
    },
  };
}

/** Entries that are none are left out: a damaged file says nothing, it does not stop the daemon. Throws on what is no JSON. */
export function parseServerRecords(text: string): readonly ServerRecord[] {
  const value: unknown = JSON.parse(text);
  const servers = typeof value === 'object' && value !== null && 'servers' in value && Array.isArray(value.servers) ? value.servers : [];
  return servers.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { socket, pid, startedAt, bootId } = entry as Record<string, unknown>;
    const sound = typeof socket === 'string' && typeof pid === 'number' && Number.isInteger(pid) && pid > 1;
    return sound && typeof startedAt === 'string' && typeof bootId === 'string' ? [{ socket, pid, startedAt, bootId }] : [];
  });
}
