/** Whether Claude's own transcript of a conversation is there. Absent only on positive evidence (I9). */
import { readdir, stat } from 'node:fs/promises';
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
      // An empty transcript is one that Claude refuses to resume.
      if ((await stat(join(projects, folder, `${conversationId}.jsonl`))).size > 0) return 'present';
    } catch (caught) {
      const code = codeOf(caught);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') sure = false;
    }
  }
  return sure ? 'absent' : 'unknown';
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
