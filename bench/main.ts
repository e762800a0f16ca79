/**
 * Every target of the product's performance as a bench, each beside its baseline in the same run: ratios, not numbers, travel from one
 * machine to another. A bench is not a test; it never fails because something is slow.
 *
 *   npm run build && npm run bench [-- --only echo-tmux --only boot] [--quick] [--json] [--out bench/RESULTS.md] [--list]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Bench, openContext } from './harness/context.ts';
import { describeMachine } from './harness/machine.ts';
import { putBetweenMarks, type Result, type Run, toMarkdown, toTable, toVerdict } from './harness/report.ts';
import { ATTACH_ROWS } from './rows/attach.ts';
import { BOARD_ROWS } from './rows/board.ts';
import { CROWD_ROWS } from './rows/crowd.ts';
import { ECHO_ROWS } from './rows/echo.ts';
import { PAGE_ROWS } from './rows/pages.ts';
import { REBOOT_ROWS } from './rows/reboot.ts';
import { RECORDING_ROWS } from './rows/recording.ts';
import { SLOW_ROWS } from './rows/slow-viewers.ts';
import { THROUGHPUT_ROWS } from './rows/throughput.ts';

const BENCHES: readonly Bench[] = [
  ...ECHO_ROWS,
  ...THROUGHPUT_ROWS,
  ...SLOW_ROWS,
  ...ATTACH_ROWS,
  ...PAGE_ROWS,
  ...CROWD_ROWS,
  ...BOARD_ROWS,
  ...RECORDING_ROWS,
  ...REBOOT_ROWS,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const unknown = values.only.filter((name) => BENCHES.every((bench) => bench.name !== name));
if (unknown.length > 0)
  throw new Error(`There is no bench ${unknown.join(', ')}. There are: ${BENCHES.map(({ name }) => name).join(', ')}`);
const chosen = BENCHES.filter(({ name }) => values.only.length === 0 || values.only.includes(name));

async function run(): Promise<Run> {
  const loadBefore = loadavg();
  const beganMs = performance.now();
  await using context = openContext({ quick: values.quick });
  const results: Result[] = [];
  for (const { measure, ...row } of chosen) {
    process.stderr.write(`${row.name} … `);
    const rowMs = performance.now();
    const took = (): number => Math.round(performance.now() - rowMs);
    try {
      const measured = await measure(context);
      results.push({ ...row, tookMs: took(), verdict: 'why' in measured ? 'skipped' : toVerdict(measured), ...measured });
    } catch (caught) {
      results.push({ ...row, tookMs: took(), verdict: 'failed', why: caught instanceof Error ? caught.message : String(caught) });
    }
    process.stderr.write(`${results.at(-1)?.verdict} (${(took() / 1_000).toFixed(0)} s)\n`);
  }
  const flags = process.argv.slice(2).filter((arg) => arg !== '--');
  return {
    command: `npm run bench${flags.length === 0 ? '' : ` -- ${flags.join(' ')}`}`,
    machine: { ...describeMachine(), ...describeLoad(loadBefore, performance.now() - beganMs) },
    results,
  };
}

function describeLoad(before: readonly number[], tookMs: number): Record<string, string> {
  const toText = (load: readonly number[]): string => load.map((each) => each.toFixed(1)).join(' ');
  return {
    date: new Date().toISOString().slice(0, 10),
    'load average': `${toText(before)} before, ${toText(loadavg())} after ${(tookMs / 60_000).toFixed(1)} minutes`,
  };
}

if (values.list)
  process.stdout.write(`${BENCHES.map(({ name, subject, target }) => `${name.padEnd(20)}${subject}: ${target}`).join('\n')}\n`);
else {
  const done = await run();
  if (values.out !== undefined)
    writeFileSync(values.out, putBetweenMarks(existsSync(values.out) ? readFileSync(values.out, 'utf8') : '# Results\n', toMarkdown(done)));
  process.stdout.write(values.json ? `${JSON.stringify(done, null, 2)}\n` : `${toTable(done)}\n`);
  process.exitCode = done.results.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
}
