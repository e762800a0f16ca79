/** Where the files of this build are: beside the daemon's own bundle. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Installation = {
  readonly version: string;
  readonly migrationsDir: string;
  readonly cliPath: string;
  readonly hookPath: string;
  readonly ptyHostPath: string;
  /** Whether fault points were compiled in. */
  readonly faults: 'compiled_in' | 'left_out';
};

export function findInstallation(moduleUrl: string): Installation {
  const folder = dirname(fileURLToPath(moduleUrl));
  return {
    version: typeof __AO_VERSION__ === 'string' ? __AO_VERSION__ : '0.0.0-source',
    migrationsDir: join(folder, 'migrations'),
    cliPath: join(folder, 'ao.js'),
    hookPath: join(folder, 'ao-hook.cjs'),
    ptyHostPath: join(folder, 'ptyhost.cjs'),
    faults: typeof __AO_FAULTS__ === 'boolean' && __AO_FAULTS__ ? 'compiled_in' : 'left_out',
  };
}
