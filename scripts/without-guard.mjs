/**
 * Shows that the tests which name a fault of lifecycle, terminals or delivery watch its guard: takes each guard of `guards/list.mjs` out of a copy of
 * the checkout, and wants the named test to pass before and to fail after. The checkout itself is never written to.
 *
 *   npm run guards [-- L6 plan.ts …]     only those whose fault is named, or whose file or clause has the word
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GUARDS } from './guards/list.mjs';
import { Problem, reportProblem } from './lib/problem.mjs';
import { ROOT } from './lib/root.mjs';
import { run } from './lib/run.mjs';

const COPY = join(ROOT, '.tooling', `without-guard-${process.pid}`);
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

function chosenGuards(words) {
  const chosen = GUARDS.filter(({ fault, file, clause }) =>
    words.every((word) => word === fault || file.includes(word) || clause.includes(word)),
  );
  if (chosen.length > 0) return chosen;
  throw new Problem({ code: 'BAD_INPUT', message: `No guard is found by ${words.join(' ')}.`, hint: 'npm run guards -- L6' });
}

/** What git would commit. The packages are found from there in the folder above it. */
async function makeCopy() {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const file of stdout.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(COPY, file)), { recursive: true });
    cpSync(join(ROOT, file), join(COPY, file));
  }
}

/** The first line of each failure of that test; empty where it passed. Throws where it did not run. */
async function failuresOf({ file, name }) {
  const report = join(COPY, 'report.json');
  rmSync(report, { force: true });
  const args = [VITEST, 'run', file, '-t', name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), '--reporter=json', `--outputFile=${report}`];
  const { signal } = await run(process.execPath, args, { cwd: COPY, stdio: 'ignore' });
  if (signal !== null) throw new Problem({ code: 'INTERRUPTED', message: 'Interrupted.', hint: 'npm run guards' });
  const tests = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(({ assertionResults }) => assertionResults);
  const ran = tests.filter(({ status, fullName }) => ['passed', 'failed'].includes(status) && fullName.includes(name));
  if (ran.length === 0) throw new Error('the test did not run');
  return ran.filter(({ status }) => status === 'failed').map(({ failureMessages }) => failureMessages[0].split('\n', 1)[0]);
}

const passing = new Map();

/** Asked once of each test: with all guards in place it has nothing to say. */
async function passesWithGuard(test) {
  const key = `${test.file} ${test.name}`;
  if (!passing.has(key)) passing.set(key, (await failuresOf(test)).length === 0);
  return passing.get(key);
}

export function takeOut(source, { find, without }) {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`there ${parts.length - 1} times: ${find}`);
  return parts.join(without);
}

async function verdictOn(guard) {
  const path = join(COPY, guard.file);
  const source = readFileSync(path, 'utf8');
  const changed = takeOut(source, guard);
  if (!(await passesWithGuard(guard.test))) return 'the test fails with the guard in place';
  writeFileSync(path, changed);
  try {
    const [why] = await failuresOf(guard.test);
    return why === undefined ? 'not missed by any test' : { why };
  } finally {
    writeFileSync(path, source);
  }
}

async function withoutGuards(words) {
  const chosen = chosenGuards(words);
  let watched = 0;
  try {
    await makeCopy();
    for (const guard of chosen) {
      const verdict = await verdictOn(guard).catch((error) => {
        if (error instanceof Problem) throw error;
        return error.message;
      });
      if (typeof verdict === 'object') watched += 1;
      console.log(`${typeof verdict === 'object' ? '✓' : '✗'} ${guard.fault} ${guard.clause}  (${guard.file})`);
      console.log(`    ${typeof verdict === 'object' ? verdict.why : `${verdict}: ${guard.test.file}, “${guard.test.name}”`}`);
    }
  } finally {
    rmSync(COPY, { recursive: true, force: true });
  }
  console.log(`${watched} of ${chosen.length} guards are missed by their test when they are taken out`);
  return watched === chosen.length ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.exitCode = await withoutGuards(process.argv.slice(2));
  } catch (error) {
    process.exitCode = reportProblem(error);
  }
}
