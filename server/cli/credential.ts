/** What the CLI shows to the daemon: inside a session that session's token, otherwise the owner's credential. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../contract/environment.ts';
import { AppError } from '../core/errors.ts';

export function readCredential(dataDir: string, env: Environment): string {
  const token = env['AO_SESSION_TOKEN'];
  if (token !== undefined && token !== '') return token;
  const path = join(dataDir, 'credential');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new AppError(
      {
        code: 'UNAUTHENTICATED',
        message: `The credential ${path} cannot be read: ${(error as Error).message}.`,
        hint: 'Set AO_DATA_DIR as it was for `ao start`; `ao status` shows the daemon.',
      },
      { cause: error },
    );
  }
}
