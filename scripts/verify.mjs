/**
 * Everything that must hold, in one order, cheapest first; stops after the first step that fails. The last line of stdout is
 * the true count: each tool counts one, each test counts one.
 *
 *   node scripts/verify.mjs [step …]     only the named steps, in the same order
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { countJourneys } from './lib/playwright-counts.mjs';
import { Problem, reportProblem } from './lib/problem.mjs';
import { ROOT } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { countTests } from './lib/vitest-counts.mjs';

const bin = (path) => join(ROOT, 'node_modules', path);
const node = (...args) => [process.execPath, ...args];

/** Biome colours even what goes into a file. */
const COLOURS = process.stdout.isTTY ? [] : ['--colors=off'];

/** Each tool by its own file instead of `npx`, which costs half a second apiece. */
const TOOLS = [
  {
    name: 'format',
    commands: [node(bin('@biomejs/biome/bin/biome'), 'check', '--linter-enabled=false', ...COLOURS, '.')],
    mend: 'npm run format',
  },
  {
    name: 'lint',
    commands: [
      node(bin('@biomejs/biome/bin/biome'), 'lint', '--error-on-warnings', ...COLOURS, '.'),
      node(bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '.'),
    ],
    mend: 'npm run lint',
  },
  {
    name: 'types',
    commands: ['server/core', 'server', '.', 'e2e', 'chaos'].map((project) => node(bin('typescript/bin/tsc'), '-p', project)),
    mend: 'npm run types',
  },
  { name: 'layers', commands: [node('scripts/check-layers.mjs')], mend: 'npm run layers' },
  { name: 'dead-code', commands: [node(bin('knip/bin/knip.js'), '--no-progress')], mend: 'npm run dead-code' },
  { name: 'schema', commands: [node('scripts/check-drift.mjs')], mend: 'npx drizzle-kit generate' },
];

/** Real tmux servers and daemons share the machine with the tests that time them: never more than two files at once. */
const SUITES = [
  { name: 'unit', args: [] },
  { name: 'integration', args: ['--maxWorkers=2'] },
  { name: 'stories', args: ['--maxWorkers=2'] },
];

/** Journeys in a real Chromium, against the built product. */
const JOURNEYS = { name: 'e2e', mend: 'npm run verify -- e2e' };

/**
 * Each kind of fault and request twice, at random, against the built product, and what only pty hosts have once on them;
 * `npm run chaos -- --events N` for more.
 */
const CHAOS = {
  name: 'chaos',
  runs: [
    '--seed 1 --json',
    '--runtime ptyhost --only kill-host,kill-hosts,stop-host,lose-record,damage-record,lose-socket --events 6 --seed 1 --json',
  ],
};

const STEPS = [
  ...TOOLS.map((tool) => ({ ...tool, work: runTool })),
  ...SUITES.map((suite) => ({ ...suite, work: runSuite })),
  { ...CHAOS, work: runChaos },
  { ...JOURNEYS, work: runJourneys },
];

async function runTool({ commands }) {
  for (const [command, ...args] of commands) {
    const { code, signal } = await run(command, args);
    if (code !== 0) return { passed: 0, failed: 1, skipped: 0, interrupted: signal !== null };
  }
  return { passed: 1, failed: 0, skipped: 0 };
}

async function runSuite({ name, args }) {
  const report = join(ROOT, '.tooling', `vitest-${name}-${process.pid}.json`);
  mkdirSync(join(ROOT, '.tooling'), { recursive: true });
  try {
    const vitest = node(
      bin('vitest/vitest.mjs'),
      'run',
      '--project',
      name,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    );
    const [command, ...rest] = [...vitest, ...args];
    const { code, signal } = await run(command, rest);
    return { ...countTests(report, code), interrupted: signal !== null };
  } finally {
    rmSync(report, { force: true });
  }
}

/** Pages, product, and the product with fault points; `null` where all of them stand. */
async function buildAll() {
  for (const args of [
    ['scripts/build.mjs', '--if-stale'],
    ['scripts/build.mjs', '--if-stale', '--with-fault-points', '--out-dir', '.test-build'],
  ]) {
    const built = await run(process.execPath, args);
    if (built.code !== 0) return { passed: 0, failed: 1, skipped: 0, interrupted: built.signal !== null };
  }
  return null;
}

/** Each event counts one. */
async function runChaos({ runs }) {
  const unbuilt = await buildAll();
  if (unbuilt !== null) return unbuilt;
  const total = { passed: 0, failed: 0, skipped: 0, interrupted: false };
  for (const args of runs) {
    const chaos = ['--import', 'tsx', 'chaos/main.ts', ...args.split(' ')];
    const { code, signal, stdout } = await run(process.execPath, chaos, { stdio: ['inherit', 'pipe', 'inherit'] });
    const { events, failed } = parseReport(stdout);
    total.passed += events - failed;
    total.failed += code === 0 ? failed : Math.max(1, failed);
    total.interrupted ||= signal !== null;
    if (total.failed > 0) break;
  }
  return total;
}

function parseReport(stdout) {
  try {
    return JSON.parse(stdout);
  } catch {
    return { events: 0, failed: 0 };
  }
}

async function runJourneys() {
  const report = join(ROOT, '.tooling', 'playwright.json');
  rmSync(report, { force: true });
  const unbuilt = await buildAll();
  if (unbuilt !== null) return unbuilt;
  const { code, signal } = await run(process.execPath, [bin('@playwright/test/cli.js'), 'test']);
  return { ...countJourneys(report, code), interrupted: signal !== null };
}

export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function chosenSteps(names) {
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Problem({
      code: 'BAD_INPUT',
      message: `There is no step ${unknown.join(', ')}.`,
      hint: `npm run verify -- ${STEPS.map((step) => step.name).join(' | ')}`,
    });
  }
  return names.length === 0 ? STEPS : STEPS.filter((step) => names.includes(step.name));
}

/** Runs the steps and resolves with the exit code. Prints the counts last, whatever happened. */
export async function verify(names = []) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const done = [];
  for (const step of chosenSteps(names)) {
    console.log(`\n── ${step.name} ${'─'.repeat(Math.max(0, 60 - step.name.length))}`);
    const startedMs = performance.now();
    const result = await step.work(step);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    for (const key of Object.keys(total)) total[key] += result[key];
    done.push(`${result.failed > 0 ? '✗' : '✓'} ${step.name.padEnd(12)} ${seconds.padStart(6)} s   ${formatCounts(result)}`);
    if (result.failed > 0) {
      const mend = step.mend ? ` (${step.mend})` : ` (npm run verify -- ${step.name})`;
      done.push(
        result.interrupted ? `Interrupted in ${step.name}.` : `Stopped: ${step.name} failed${mend}; what comes after it was not run.`,
      );
      break;
    }
  }
  console.log(`\n${done.join('\n')}\n${formatCounts(total)}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.exitCode = await verify(process.argv.slice(2));
  } catch (error) {
    process.exitCode = reportProblem(error);
  }
}
