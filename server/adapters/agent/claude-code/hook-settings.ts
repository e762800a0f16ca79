/**
 * The settings file that `--settings` names: our hooks, for this one process, beside whatever hooks the user has. It lies in
 * the data dir, so that a worktree is not dirty by our own hand, and holds no secret: the token is in the environment.
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../core/errors.ts';

/** Events that are heard, and whether Claude waits for the hook. */
const EVENTS = [
  ['SessionStart', 'waits'],
  ['UserPromptSubmit', 'waits'],
  ['PermissionRequest', 'goes_on'],
  ['PostToolUse', 'goes_on'],
  ['PostToolUseFailure', 'goes_on'],
  ['Notification', 'waits'],
  ['Stop', 'waits'],
  ['StopFailure', 'waits'],
  ['SessionEnd', 'waits'],
] as const;

/** The client ends itself after one second; this is for a machine that is too busy to start it. */
const HOOK_LIMIT_S = 5;

type Hook = { readonly type: 'command'; readonly command: string; readonly timeout: number; readonly async?: true };
export type HookSettings = { readonly hooks: Readonly<Record<string, readonly { readonly hooks: readonly Hook[] }[]>> };

/** Pure. */
export function toHookSettings({ nodePath, hookPath }: { readonly nodePath: string; readonly hookPath: string }): HookSettings {
  const toHook = (event: string, waits: 'waits' | 'goes_on'): Hook => ({
    type: 'command',
    command: [nodePath, hookPath, 'claude-code', event].map(quote).join(' '),
    timeout: HOOK_LIMIT_S,
    ...(waits === 'goes_on' ? { async: true } : {}),
  });
  return { hooks: Object.fromEntries(EVENTS.map(([event, waits]) => [event, [{ hooks: [toHook(event, waits)] }]])) };
}

/** One word for `sh`, whatever is in it: Claude runs hook commands through a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Whole or not at all, 0600. Throws `AGENT_SETUP_FAILED`. */
export async function writeSettings(path: string, settings: HookSettings): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await chmod(dirname(path), 0o700);
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(settings, null, 2)}\n`);
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (caught) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new AppError(
      {
        code: 'AGENT_SETUP_FAILED',
        message: `The hook settings ${path} cannot be written: ${caught instanceof Error ? caught.message : String(caught)}.`,
        hint: `Check that ${dirname(path)} is writable and the disk has room, then try again`,
      },
      { cause: caught },
    );
  }
}
