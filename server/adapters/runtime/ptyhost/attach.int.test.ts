/** Following a session in a pty host: the picture, then every byte, with no gap and no duplicate, however slowly somebody reads. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AttachmentListener } from '../../../ports/terminal.ts';
import { type Argv, codeOf, makeSpec, untilShown, untilState } from '../../../testing/contracts/runtime.contract.ts';
import { makePtyHostHarness, type PtyHostHarness } from '../../../testing/ptyhost-harness.ts';
import { eventually } from '../../../testing/resources.ts';
import { createTestViewer, type TestViewer } from '../../../testing/terminal-viewer.ts';
import { createSystemClock } from '../../system/clock.ts';
import type { Snapshot } from './frames.ts';
import { openLink } from './link.ts';

const SIZE = { cols: 80, rows: 24 };
const sh = (script: string, ...args: readonly string[]): Argv => ['/bin/sh', '-c', script, 'sh', ...args];
const clock = createSystemClock();

type Watcher = TestViewer & { readonly listener: AttachmentListener; readonly ended: () => boolean; readonly raw: () => Buffer };

function watcher(): Watcher {
  const viewer = createTestViewer(SIZE);
  const chunks: Uint8Array[] = [];
  let ended = false;
  return {
    ...viewer,
    ended: () => ended,
    raw: () => Buffer.concat(chunks),
    listener: {
      onData(data) {
        chunks.push(Uint8Array.from(data));
        viewer.output('data', data);
      },
      onEnd() {
        ended = true;
      },
    },
  };
}

/** What it shows when nothing more comes, asked of the host. */
async function shownBy(harness: PtyHostHarness, handle: Parameters<typeof untilShown>[1], text: string): Promise<string> {
  await untilShown(harness.runtime(), handle, text);
  return await harness.runtime().capture(handle, { historyLines: 0 });
}

/** Lines of every width, in colours, until told; then a last one. */
const FLOOD = sh(`
  trap 'printf "\\033[0m\\r\\nthe end 世界\\r\\n"; exec cat' USR1
  echo $$ > pid.part; mv pid.part pid; n=0
  while :; do n=$((n + 1)); printf '\\033[3%sm%s ─ 世界 \\033[48;5;%smé\\033[0m %s\\r\\n' $((n % 8)) "$n" $((n % 200)) "$RANDOM"; done`);

it('T1, T3: who joins anywhere in a flood, leaves, and comes again has the host’s own screen in the end', async () => {
  await using harness = await makePtyHostHarness();
  const runtime = harness.open();
  const spec = makeSpec(harness, 'app-1', { argv: FLOOD, size: SIZE });
  await runtime.create(spec);
  const seen: Watcher[] = [];
  for (let count = 0; count < 6; count += 1) {
    const [stays, leaves] = [watcher(), watcher()];
    await runtime.attach(spec.handle, stays.listener);
    const attachment = await runtime.attach(spec.handle, leaves.listener);
    const until = stays.bytes() + randomInt(20_000);
    await eventually('it is flooded', () => stays.bytes() > until, { everyMs: 1 });
    await attachment.close();
    seen.push(stays);
  }
  process.kill(Number(readFileSync(join(harness.cwd, 'pid'), 'utf8')), 'SIGUSR1');
  const shown = await shownBy(harness, spec.handle, 'the end 世界');
  for (const each of seen)
    await eventually(
      () => `it shows\n${shown}\nnot\n${each.text()}`,
      () => each.text() === shown,
    );
  expect(seen.some((each) => each.ended())).toBe(false);
});

it('has offsets that belong to the session: every byte once, from one daemon to the next', async () => {
  await using harness = await makePtyHostHarness();
  const spec = makeSpec(harness, 'app-1', { argv: sh('stty raw -echo; exec cat'), size: SIZE });
  await harness.runtime().create(spec);
  const record = harness.record('app-1');
  const target = { socket: join(harness.dataDir, 'ptyhost', record.socket), token: record.token };
  let sent = 0;
  for (let round = 0; round < 3; round += 1) {
    const snapshots: Snapshot[] = [];
    const chunks: { readonly offset: number; readonly length: number }[] = [];
    const link = await openLink(target, {
      clock,
      limitMs: 5_000,
      onSnapshot: (snapshot) => void snapshots.push(snapshot),
      onOutput: ({ offset, bytes }) => void chunks.push({ offset, length: bytes.length }),
    });
    await link.ask({ op: 'attach' }, { limitMs: 5_000 });
    await eventually('there is a picture', () => snapshots.length > 0);
    expect(snapshots[0]).toMatchObject({ offset: sent, ...SIZE });
    for (const length of [1, 5_000, 70_000]) {
      await link.ask({ op: 'write' }, { limitMs: 5_000, body: Buffer.alloc(length, 'x') });
      sent += length;
    }
    const [first] = snapshots;
    const end = (): number => chunks.reduce((at, { offset, length }) => (offset === at ? at + length : Number.NaN), first?.offset ?? 0);
    await eventually('all of it came, in order', () => end() === sent);
    link.close();
  }
});

it('T2: one that does not read is buffered within bounds, skipped, and right once it reads; the others do not notice', async () => {
  await using harness = await makePtyHostHarness();
  const runtime = harness.open();
  const lines = 150_000;
  const text = 'a line of eighty columns, more or less, that goes on and on until it is over ';
  const argv = sh(
    'read -r go; i=0; while [ $i -lt "$1" ]; do i=$((i + 100)); printf %s "$2"; done; echo the end; exec cat',
    String(lines),
    `${text}\n`.repeat(100),
  );
  const spec = makeSpec(harness, 'app-1', { argv, size: SIZE });
  await runtime.create(spec);
  const [slow, fast] = [watcher(), watcher()];
  const stuck = await runtime.attach(spec.handle, slow.listener);
  await runtime.attach(spec.handle, fast.listener);
  await eventually('both have the picture', () => slow.bytes() > 0 && fast.bytes() > 0);
  stuck.pause();
  await runtime.write(spec.handle, Buffer.from('\r'));
  await eventually('the fast one has all of it', () => fast.text().includes('the end'), { limitMs: 60_000 });
  expect(fast.bytes()).toBeGreaterThan(lines * 50);
  stuck.resume();
  await eventually('the slow one has the end', () => slow.text() === fast.text());
  // What was on its way when it stopped, and a picture: not what it missed.
  expect(slow.bytes()).toBeLessThan(2_000_000);
}, 120_000);

it('T5: marks without end on one character, and a line without one, leave host and viewers as small as they were', async () => {
  await using harness = await makePtyHostHarness();
  const runtime = harness.open();
  const script = `for (let i = 0; i < 60; i++) process.stdout.write((i === 0 ? 'e' : '') + '\u0301'.repeat(50_000)); process.stdout.write('x'.repeat(2_000_000) + '\\r\\nthe end\\r\\n'); setInterval(() => {}, 1e6);`;
  const spec = makeSpec(harness, 'app-1', { argv: [process.execPath, '-e', script], size: SIZE });
  await runtime.create(spec);
  const seen = watcher();
  await runtime.attach(spec.handle, seen.listener);
  await eventually('it is over', () => seen.text().includes('the end'), { limitMs: 30_000 });
  // Three million marks would be 160 MB in the host, and 6 MB on the way to each viewer.
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${harness.record('app-1').pid}/status`, 'utf8'))?.[1]);
  expect(resident).toBeLessThan(140_000);
  expect(
    seen
      .raw()
      .toString('utf8')
      .match(/\u0301/g)?.length ?? 0,
  ).toBeLessThanOrEqual(64);
});

it('T6: a program’s questions are answered once, live, with any number of viewers, and never by a picture of them', async () => {
  await using harness = await makePtyHostHarness();
  const runtime = harness.open();
  const asked = '\\033[c\\033[6n\\033[>q\\033]11;?\\033\\\\';
  const argv = sh(
    `stty raw -echo; for round in 1 2; do printf '${asked}'; timeout --foreground 0.7 cat >> answers; printf 'asked %s' $round; read -r go < /dev/tty; done; exec cat`,
  );
  const spec = makeSpec(harness, 'app-1', { argv, size: SIZE });
  const answers = (): string => {
    try {
      return readFileSync(join(harness.cwd, 'answers'), 'latin1');
    } catch {
      return '';
    }
  };
  const all = /^\x1b\[\?1;2c\x1b\[1;[0-9]+R\x1bP>\|xterm\.js[^\x1b]*\x1b\\\x1b\]11;rgb:[0-9a-f/]+\x1b\\$/;
  await runtime.create(spec);
  await eventually('they are answered with nobody there', () => all.test(answers()));
  await untilShown(runtime, spec.handle, 'asked 1');
  const before = answers();
  const watchers = [watcher(), watcher(), watcher()];
  for (const each of watchers) await runtime.attach(spec.handle, each.listener);
  await eventually('all have the picture', () => watchers.every((each) => each.bytes() > 0));
  expect(answers()).toBe(before);
  for (const each of watchers) expect(each.raw().toString('latin1')).not.toMatch(/\x1b\[c|\x1b\[6n|\x1b\[>q/);
  await runtime.write(spec.handle, Buffer.from('\n'));
  await untilShown(runtime, spec.handle, 'asked 2');
  expect(answers().slice(before.length)).toMatch(all);
});

it('T4: what a killed program left on is off in the next launch, whose viewers see the same', async () => {
  await using harness = await makePtyHostHarness();
  const runtime = harness.open();
  const left = String.raw`printf 'on the screen\r\n\033[?1049h\033[2;5r\033[?6h\033[?1003h\033[?1006h\033[?2004h\033[?25l\033[?1h\033[31mon the other \033]0;never ended'; kill -KILL $$`;
  const spec = makeSpec(harness, 'app-1', { argv: sh(left), size: SIZE });
  await runtime.create(spec);
  const first = watcher();
  await runtime.attach(spec.handle, first.listener);
  await untilState(runtime, spec.handle, 'exited');
  await eventually('its last screen is there', () => first.text().includes('on the other'));
  const second = makeSpec(harness, 'app-1', { argv: harness.programs.print('anew'), size: SIZE });
  await runtime.restart(second);
  const late = watcher();
  await runtime.attach(spec.handle, late.listener);
  for (const each of [first, late]) {
    await eventually(
      () => `it shows the new one: ${each.text()}`,
      () => each.text() === 'anew',
    );
    expect(each.terminal.modes).toMatchObject({
      mouseTrackingMode: 'none',
      bracketedPasteMode: false,
      originMode: false,
      applicationCursorKeysMode: false,
    });
    expect([each.terminal.buffer.active.type, each.cursor()]).toEqual(['normal', '0,1']);
  }
  expect(await runtime.capture(spec.handle, { historyLines: 100 })).toMatch(/^on the screen\n+on the other\n+anew$/);
});

it('shows a size that was changed, and lines that a taller one pulled out of the history', async () => {
  await using harness = await makePtyHostHarness();
  const runtime = harness.open();
  const spec = makeSpec(harness, 'app-1', {
    argv: sh('i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo "line $i"; done; exec cat'),
    size: { cols: 80, rows: 10 },
  });
  await runtime.create(spec);
  await untilShown(runtime, spec.handle, 'line 40');
  const seen = watcher();
  const attachment = await runtime.attach(spec.handle, seen.listener);
  expect(attachment.size).toEqual({ cols: 80, rows: 10 });
  await runtime.resize(spec.handle, { cols: 60, rows: 24 });
  seen.sized({ cols: 60, rows: 24 });
  attachment.resize({ cols: 60, rows: 24 });
  const shown = await runtime.capture(spec.handle, { historyLines: 0 });
  expect(shown.split('\n')[0]).toBe('line 18');
  await eventually('it shows the same', () => seen.text() === shown);
});

it('ends when the host does, not when the program does, and is refused where there is nothing', async () => {
  await using harness = await makePtyHostHarness();
  const runtime = harness.open();
  const spec = makeSpec(harness, 'app-1', { argv: harness.programs.exit(3, 'last words') });
  await runtime.create(spec);
  await untilState(runtime, spec.handle, 'exited');
  const seen = watcher();
  const attachment = await runtime.attach(spec.handle, seen.listener);
  await eventually('its last screen is there', () => seen.text() === 'last words');
  await attachment.write(Buffer.from('into the void'));
  expect(seen.ended()).toBe(false);
  await harness.endHost();
  await eventually('it is told', seen.ended);
  expect(await codeOf(attachment.write(Buffer.from('x')))).toBe('RUNTIME_UNAVAILABLE');
  expect(await codeOf(runtime.attach(spec.handle, watcher().listener))).toBe('RUNTIME_NOT_FOUND');
  expect(await codeOf(runtime.attach(runtime.handleFor('app-9' as never, 0), watcher().listener))).toBe('RUNTIME_NOT_FOUND');
});
