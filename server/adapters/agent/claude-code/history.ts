/** Whether Claude's own transcript of a conversation is there. Absent only on positive evidence (I9). */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryState } from '../../../core/agent/capabilities.ts';
import { isConversationId } from './signals.ts';

export async function findHistory(configDir: string | null, conversationId: string | null): Promise<HistoryState> {
  if (conversationId === null) return 'absent';
  if (configDir === null || !isConversationId(conversationId)) return 'unknown';
  const projects = join(configDir, 'projects');
  let folders: readonly string[];
  try {
    folders = (await readdir(projects, { withFileTypes: true })).filter((entry) => !entry.isFile()).map((entry) => entry.name);
  } catch (caught) {
    // No projects in a config dir that can be read: Claude never kept a conversation there. Anything else tells nothing.
    return codeOf(caught) === 'ENOENT' && (await isReadableFolder(configDir)) ? 'absent' : 'unknown';
  }
  let sure = true;
  for (const folder of folders) {
    try {
      if (await holdsMessage(join(projects, folder, `${conversationId}.jsonl`))) return 'present';
    } catch (caught) {
      const code = codeOf(caught);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') sure = false;
    }
  }
  return sure ? 'absent' : 'unknown';
}

/** Bytes: what precedes the first message is a few short records. */
const LOOK_LIMIT = 1 << 18;

/**
 * Claude writes records of its own before the first message (its mode, its permission mode), and ended at that moment it leaves
 * only those: such a transcript it refuses to resume, and exits with 1 (seen with 2.1.197). Whatever is not known to be such a
 * record counts as a message.
 */
async function holdsMessage(transcript: string): Promise<boolean> {
  const file = await open(transcript);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(LOOK_LIMIT), position: 0 });
    if (bytesRead === LOOK_LIMIT) return true;
    const records = buffer.toString('utf8', 0, bytesRead).split('\n');
    return records.some((record) => record.trim() !== '' && !isOwnRecord(record));
  } finally {
    await file.close();
  }
}

function isOwnRecord(line: string): boolean {
  try {
    const record: unknown = JSON.parse(line);
    return record !== null && typeof record === 'object' && !('uuid' in record) && !('message' in record);
  } catch {
    return false;
  }
}

async function isReadableFolder(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  );
}

function codeOf(caught: unknown): string {
  return caught instanceof Error && 'code' in caught ? String(caught.code) : '';
}
