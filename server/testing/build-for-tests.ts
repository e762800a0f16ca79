/**
 * Builds the product with fault points into `.test-build` before the stories run, unless what is there has the same content. In a
 * process of its own: the build script is no module of the product.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Called once by vitest before the first story. */
export function setup(): void {
  build('--with-fault-points', '--out-dir', '.test-build');
}

/** For a story with a gateway that serves them. */
export function buildPages(): void {
  build('--only', 'pages');
}

function build(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', '--if-stale', ...args], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build for tests failed (exit ${status}):\n${stderr}`);
}
