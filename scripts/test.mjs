/** `npm test`: from a fresh clone to the verdict. Installs and checks what it must, then runs all of `verify`. */
import { checkBrowser, checkSystem } from './check-system.mjs';
import { ensureAgents } from './ensure-agents.mjs';
import { ensureInstall } from './ensure-install.mjs';
import { reportProblem } from './lib/problem.mjs';

async function main() {
  try {
    await ensureInstall();
    await checkSystem({ runtime: 'tmux' });
    await checkBrowser();
    await ensureAgents();
    const { verify } = await import('./verify.mjs');
    return await verify(process.argv.slice(2));
  } catch (error) {
    const code = reportProblem(error);
    console.log('0 passed, 1 failed');
    return code;
  }
}

process.exitCode = await main();
