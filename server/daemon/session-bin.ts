/** The folder that sessions find first on their PATH, with the `ao` of this installation in it. */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Writes it anew at each start, since an upgrade may have moved the installation. Atomic: an agent may run it right now. */
export function writeSessionBin(dataDir: string, cliPath: string): string {
  const folder = join(dataDir, 'bin');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'ao');
  writeFileSync(`${path}.new`, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(cliPath)} "$@"\n`, { mode: 0o700 });
  chmodSync(`${path}.new`, 0o700);
  renameSync(`${path}.new`, path);
  return folder;
}
