/**
 * `npm start`: from a fresh clone to a running daemon. Installs, builds and checks what it must, hands over to `ao start`, and
 * says what to type next. Run again it finds everything done and says the same.
 */
import { join } from 'node:path';
import { checkSystem } from './check-system.mjs';
import { ensureInstall } from './ensure-install.mjs';
import { Problem, reportProblem } from './lib/problem.mjs';
import { ROOT } from './lib/root.mjs';
import { run } from './lib/run.mjs';

/** `ao start --json` prints one JSON value: the daemon, or `{ error: { code, message, hint } }`. */
async function startDaemon() {
  const { code, signal, stdout } = await run(process.execPath, [join(ROOT, 'dist/ao.js'), 'start', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (signal !== null) throw new Problem({ code: 'INTERRUPTED', message: 'Interrupted while the daemon started.', hint: 'npx ao status' });
  let answer = null;
  try {
    answer = JSON.parse(stdout);
  } catch {
    // Told below, with what was printed instead.
  }
  if (answer?.error) throw new Problem(answer.error);
  if (code !== 0 || answer === null) {
    throw new Problem({
      code: 'DAEMON_START_FAILED',
      message: `\`ao start\` ended with exit code ${code} and said ${stdout.trim() === '' ? 'nothing' : JSON.stringify(stdout.slice(0, 200))}.`,
      hint: 'node dist/ao.js start',
    });
  }
  return answer;
}

function showNext({ pid, port, owner, already }) {
  console.log(`
Agent Orchestrator ${already ? 'is already running' : 'is running'}: http://127.0.0.1:${port} (pid ${pid}, ${owner}).
Your sessions outlive it; \`npx ao stop\` ends only the daemon.

Next, in this folder:
  npx ao project add --path ~/code/my-app       a git repository of yours; prints its id
  npx ao orchestrator ensure --project my-app   the session that plans and delegates
  npx ao ls                                     what is running, and how it is doing
`);
}

async function main() {
  await ensureInstall();
  const { main: build } = await import('./build.mjs');
  const built = await build(['--if-stale']);
  if (built !== 0) return built;
  await checkSystem();
  showNext(await startDaemon());
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = reportProblem(error);
}
