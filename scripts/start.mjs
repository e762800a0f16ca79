/**
 * `npm start`: from a fresh clone to the dashboard in a browser. Installs, builds and checks what it must, then hands this terminal
 * over to `ao up`. Run again it finds everything done, the dashboard included. What follows `--` is for `ao up`:
 * `npm start -- --port 4000 --no-open`.
 */
import { join } from 'node:path';
import { checkSystem } from './check-system.mjs';
import { ensureInstall } from './ensure-install.mjs';
import { reportProblem } from './lib/problem.mjs';
import { ROOT } from './lib/root.mjs';
import { run } from './lib/run.mjs';

async function main(args) {
  await ensureInstall();
  const { main: build } = await import('./build.mjs');
  const built = await build(['--if-stale']);
  if (built !== 0) return built;
  await checkSystem();
  const { code } = await run(process.execPath, [join(ROOT, 'dist/ao.js'), 'up', '--reuse', ...args]);
  return code;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportProblem(error);
}
