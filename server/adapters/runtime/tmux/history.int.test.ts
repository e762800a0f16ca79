/** What a page of tmux's history is made of, beyond the contract of all runtimes: lines that go on, colours, screens beneath, a changing history. */
import { expect, it } from 'vitest';
import type { Argv } from '../../../testing/contracts/runtime.contract.ts';
import { makeSpec, untilShown } from '../../../testing/contracts/runtime.contract.ts';
import { eventually } from '../../../testing/resources.ts';
import { makeTmuxHarness, type TmuxHarness } from '../../../testing/tmux-harness.ts';

const sh = (script: string): Argv => ['/bin/sh', '-c', script];

async function run(harness: TmuxHarness, script: string, until: string) {
  const spec = makeSpec(harness, 'app-1', { argv: sh(script) });
  await harness.runtime().create(spec);
  await untilShown(harness.runtime(), spec.handle, until);
  return spec;
}

it('S6: reads a pane that shows the very lines which would end its own answer, and goes on on the same channel', async () => {
  await using harness = await makeTmuxHarness();
  // Of the next seconds each, the number of whichever command reads it: the third word of a block's beginning.
  const script = String.raw`stty -echo; echo ready; read t n; awk -v t=$t -v n=$n 'BEGIN {
    for (i = 0; i < 500; i++) for (s = 0; s < 8; s++) printf "%%%s %d %d 1\n", i % 2 ? "end" : "error", t + s, n + i
  }'; echo ao-done-1; echo here; exec cat`;
  const spec = await run(harness, script, 'ready');
  // Such a client may leave before it has printed its block.
  const [at, number] = await eventually('tmux tells its count', async () => {
    const { stdout } = await harness.tmux('-C', 'display-message', '-p', 'x');
    return /(?<=^%begin )\d+ \d+/m.exec(stdout)?.[0].split(' ');
  });
  await harness.runtime().write(spec.handle, Buffer.from(`${at} ${number}\r`));
  await untilShown(harness.runtime(), spec.handle, 'here');
  const imitations = Array.from({ length: 4_000 }, (_, index) => {
    const [i, s] = [Math.floor(index / 8), index % 8];
    return `%${i % 2 === 1 ? 'end' : 'error'} ${Number(at) + s} ${Number(number) + i} 1`;
  });
  const first = await harness.runtime().history(spec.handle, { from: null, rows: 1, anchor: null });
  const texts: string[] = [];
  for (let from = 0; from < first.total; from += 200)
    texts.push((await harness.runtime().history(spec.handle, { from, rows: 200, anchor: null })).text);
  const newest = await harness.runtime().history(spec.handle, { from: null, rows: 1, anchor: null });
  expect(`${texts.join('')}${newest.screen}`.trimEnd().split('\n')).toEqual(['ready', ...imitations, 'ao-done-1', 'here']);
  expect(harness.logged.filter(({ message }) => message.includes('channel was lost'))).toEqual([]);
  expect(await harness.controlClients()).toHaveLength(1);
});

/** A page that begins with `row`, one row long. */
const rowAt = (row: number) => ({ from: row, rows: 1, anchor: null });

it('keeps a line that is wider than the screen one line, over the edge of a page and onto the screen, in its colour', async () => {
  await using harness = await makeTmuxHarness();
  // 200 columns of text on 80: three rows each, of which the second line has two in the history.
  const script = String.raw`printf '\033[31m%0200d\033[0m\n%0200d' 1 2; printf '\n%s' 1 2 3 4 5 6 7 end; exec cat`;
  const spec = await run(harness, script, 'end');
  const page = await harness.runtime().history(spec.handle, { from: null, rows: 1_000, anchor: null });
  expect([page.total, page.rows]).toEqual([4, 4]);
  const zeros = (last: number): string => `${'0'.repeat(199)}${last}`;
  expect(`${page.text}${page.screen}`).toBe(`\u001b[31m${zeros(1)}\n\u001b[39m${zeros(2)}\n${[1, 2, 3, 4, 5, 6, 7, 'end'].join('\n')}`);
  const rows = await Promise.all([0, 1, 2, 3].map((row) => harness.runtime().history(spec.handle, rowAt(row))));
  expect(rows.map(({ text }) => text.at(-1))).toEqual(['0', '0', '\n', '0']);
  expect(rows.map(({ screen }) => screen === null)).toEqual([true, true, true, false]);
});

it('shows the screen beneath a program on the alternate screen, and then that program', async () => {
  await using harness = await makeTmuxHarness();
  const script = String.raw`for n in $(seq 1 20); do echo row-$n; done; printf '\033[?1049h\033[Hfull screen'; exec cat`;
  const spec = await run(harness, script, 'full screen');
  const { text, screen } = await harness.runtime().history(spec.handle, { from: null, rows: 1_000, anchor: null });
  const lines = `${text}${screen}`.trimEnd().split('\n');
  expect(lines).toEqual([...Array.from({ length: 20 }, (_, index) => `row-${index + 1}`), 'full screen']);
});

it('numbers the same rows alike until the oldest are dropped, which the anchor tells, and leaves no gap before the screen of a flood', async () => {
  await using harness = await makeTmuxHarness();
  const more = (from: number, to: number): string => `read go; for n in $(seq ${from} ${to}); do echo row-$n; done`;
  const script = `stty -echo; seq -f row-%.0f 4000; ${more(4_001, 4_900)}; ${more(4_901, 8_000)}; read go; while :; do n=$((n+1)); echo row-$n; done`;
  const spec = await run(harness, script, 'row-4000');
  const old = (anchor: string | null) =>
    harness.runtime().history(spec.handle, { from: 100, rows: 10, anchor: anchor === null ? null : 100 });
  const goOn = () => harness.runtime().write(spec.handle, Buffer.from('\r'));
  const first = await old(null);
  expect([first.text.slice(0, 8), first.anchor]).toEqual(['row-101\n', 'row-101\nrow-102\nrow-103\nrow-104']);
  await goOn();
  await untilShown(harness.runtime(), spec.handle, 'row-4900');
  expect(await old(first.anchor)).toEqual({ ...first, total: first.total + 900 });
  await goOn();
  await untilShown(harness.runtime(), spec.handle, 'row-8000');
  expect((await old(first.anchor)).anchor).not.toBe(first.anchor);
  await goOn();
  const ends = new Set<number>();
  while (ends.size < 5) {
    const { text, screen } = await harness.runtime().history(spec.handle, { from: null, rows: 500, anchor: null });
    const numbers = `${text}${screen}`.match(/(?<=^row-)\d+(?=\n)/gm)?.map(Number) ?? [];
    expect(numbers).toEqual(Array.from(numbers, (_, index) => (numbers[0] ?? 0) + index));
    expect(numbers.length).toBeGreaterThanOrEqual(9);
    ends.add(numbers.at(-1) ?? 0);
  }
});
