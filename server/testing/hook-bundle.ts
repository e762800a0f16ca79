/** The hook client as it is shipped: one CommonJS file, for tests that run it as agents do. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRY = fileURLToPath(new URL('../hook-client/main.ts', import.meta.url));

export async function bundleHookClient(folder: string): Promise<string> {
  const outfile = join(folder, 'ao-hook.cjs');
  await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minify: true,
    logLevel: 'silent',
  });
  return outfile;
}
