/** The pty host as it is shipped: one CommonJS file, made once for all tests of a file that run it as a daemon does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRY = fileURLToPath(new URL('../pty-host/main.ts', import.meta.url));
/** From where the bundle lies there is no `node_modules` to be found. */
const NODE_PTY = createRequire(import.meta.url).resolve('node-pty');

let made: Promise<string> | null = null;

export function bundlePtyHost(): Promise<string> {
  made ??= make();
  return made;
}

async function make(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ao-ptyhost-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'ptyhost.cjs');
  await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    logLevel: 'silent',
    plugins: [
      {
        name: 'native',
        setup: (plugin) => plugin.onResolve({ filter: /^node-pty$/ }, () => ({ path: NODE_PTY, external: true })),
      },
    ],
  });
  return outfile;
}
