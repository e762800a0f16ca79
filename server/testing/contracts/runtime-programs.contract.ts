/** What every runtime must do with real programs: their bytes, their size, their helpers, their last line. Not for the fake. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../resources.ts';
import { type Argv, makeSpec, newMessageId, probeOne, type RuntimeHarness, untilShown } from './runtime.contract.ts';

const sh = (script: string, ...args: readonly string[]): Argv => ['/bin/sh', '-c', script, 'sh', ...args];

const HOSTILE = [
  '',
  ' ',
  "it's",
  '"',
  '`id`',
  '$(touch pwned)',
  '#{pid}',
  '#(touch pwned)',
  ';',
  '-rf',
  '--',
  '~',
  '*',
  '%PATH%',
  '=x:',
  'a\nb\r\nc\n',
  '\ttab',
  '\\',
  "'\\''",
  'é 世界 🦜',
  '\u001b[31m',
  '\u0081\u00ff',
  '&& false',
  '| cat',
  '> pwned',
  '\u007f',
];

/** The file, once it is whole: a program moves it there. */
const written = (path: string): Promise<Buffer> => eventually(`${path} is written`, () => (existsSync(path) ? readFileSync(path) : null));

/** Takes so many bytes without a terminal's help, says that it is ready, then keeps them. */
const taker = (bytes: number, mode = ''): Argv =>
  sh(
    'stty raw -echo; printf "%bready" "$2"; head -c "$1" > taken.part; mv taken.part taken; printf kept; exec cat >/dev/null',
    String(bytes),
    mode,
  );

export function describeRuntimePrograms(name: string, makeHarness: () => Promise<RuntimeHarness>): void {
  describe(`${name} with real programs`, () => {
    it('S6: hands on arguments, environment and directory exactly, whatever is in them', async () => {
      await using harness = await makeHarness();
      const script = join(harness.cwd, 'report.cjs');
      const out = join(harness.cwd, 'report.json');
      await writeFile(
        script,
        `const fs=require('fs'),out=${JSON.stringify(out)};
fs.writeFileSync(out+'.part',JSON.stringify({argv:process.argv.slice(2),env:process.env,cwd:process.cwd()}));fs.renameSync(out+'.part',out);`,
      );
      const cwd = join(harness.cwd, `it's "a" $(touch pwned) #{pid};\n #(touch pwned) 世界`);
      await mkdir(cwd);
      const argv = [...HOSTILE, 'x'.repeat(60_000)];
      const env = Object.fromEntries(HOSTILE.map((value, index) => [`HOSTILE_${index}`, value]));
      const spec = makeSpec(harness, 'app-1', { argv: [process.execPath, script, ...argv], cwd });
      await harness.runtime().create({ ...spec, env: { ...spec.env, ...env } });
      const report = JSON.parse((await written(out)).toString('utf8')) as { argv: string[]; env: Record<string, string>; cwd: string };
      expect(report).toMatchObject({ argv, env, cwd });
      expect(Object.keys(report.env).filter((each) => /^TMUX|^AO_(?!LAUNCH_ID)/.test(each))).toEqual([]);
      for (const dir of [cwd, harness.cwd]) expect(existsSync(join(dir, 'pwned'))).toBe(false);
    });

    it('T1: types exactly the bytes it is given', async () => {
      await using harness = await makeHarness();
      const all = Uint8Array.from({ length: 4_096 }, (_, index) => index % 256);
      const bytes =
        harness.differences.input === 'bytes' ? all : Buffer.from('grüße 世界 \u0001\u0003\u0004\u001b[A\u007f\r\n\t'.repeat(60));
      const spec = makeSpec(harness, 'app-1', { argv: taker(bytes.length) });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, 'ready');
      await harness.runtime().write(spec.handle, bytes);
      expect((await written(join(harness.cwd, 'taken'))).equals(bytes)).toBe(true);
    });

    it('is a terminal of UTF-8 under LANG=C: shows it, and rubs out a whole character', async () => {
      await using harness = await makeHarness();
      const argv = sh('printf "grüße 世界\\n"; read -r line; printf %s "$line" > taken.part; mv taken.part taken; exec cat');
      const spec = makeSpec(harness, 'app-1', { argv, env: { ...harness.env, LANG: 'C' } });
      await harness.runtime().create(spec);
      expect(await untilShown(harness.runtime(), spec.handle, '世界')).toBe('grüße 世界');
      await harness.runtime().write(spec.handle, Buffer.from('aé世\x7f\x7fb\r'));
      expect((await written(join(harness.cwd, 'taken'))).toString('utf8')).toBe('ab');
    });

    it('T7: tells the program its size, and each change of it', async () => {
      await using harness = await makeHarness();
      const argv = sh('trap "stty size" WINCH; stty size; while :; do sleep 0.05; done');
      const spec = makeSpec(harness, 'app-1', { argv, size: { cols: 100, rows: 30 } });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, '30 100');
      await harness.runtime().resize(spec.handle, { cols: 61, rows: 17 });
      await untilShown(harness.runtime(), spec.handle, '17 61');
    });

    it('L8: ends with the session whatever it started: in the background, in a session of its own, orphaned, deaf to hangup and TERM', async () => {
      await using harness = await makeHarness();
      const argv = sh(`
        sleep 1000 & echo $! >> pids.part
        setsid sleep 1000 & echo $! >> pids.part
        (setsid sh -c 'trap "" HUP TERM; echo $$ >> pids.part; while :; do sleep 0.1; done' &)
        while [ "$(wc -l < pids.part)" -lt 3 ]; do sleep 0.02; done
        echo $$ >> pids.part; mv pids.part pids; exec cat`);
      const spec = makeSpec(harness, 'app-1', { argv });
      await harness.runtime().create(spec);
      const pids = (await written(join(harness.cwd, 'pids'))).toString('utf8').trim().split('\n').map(Number);
      expect(pids).toHaveLength(4);
      await harness.runtime().destroy(spec.handle, spec.launchId);
      expect(pids.filter(isRunning)).toEqual([]);
      expect(await probeOne(harness.runtime(), spec.handle)).toEqual({ state: 'dead', evidence: 'absent' });
    });

    it('keeps 10,000 lines of history, or as many as it says, each as it was', async () => {
      await using harness = await makeHarness();
      const lines = Math.min(10_000, harness.differences.historyLines);
      const argv = sh('i=0; while [ $i -lt "$1" ]; do i=$((i + 1)); echo "line $i"; done; echo end; exec cat', String(lines));
      const spec = makeSpec(harness, 'app-1', { argv });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, 'end');
      const shown = (await harness.runtime().capture(spec.handle, { historyLines: lines })).split('\n');
      expect(shown).toHaveLength(lines + 1);
      expect(shown.findIndex((line, index) => line !== (index === lines ? 'end' : `line ${index + 1}`))).toBe(-1);
    });

    it('T8: pastes 16 MB whole', async () => {
      await using harness = await makeHarness();
      const text = `${randomBytes(48).toString('base64')}\n`.repeat(258_112);
      expect(text.length).toBeGreaterThan(16 * 1024 * 1024);
      const spec = makeSpec(harness, 'app-1', { argv: taker(text.length) });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, 'ready');
      await harness.runtime().paste(spec.handle, spec.launchId, { id: newMessageId(), text });
      await eventually('all of it is kept', () => existsSync(join(harness.cwd, 'taken')), { limitMs: 50_000 });
      const digest = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
      expect(digest(readFileSync(join(harness.cwd, 'taken')))).toBe(digest(text));
    });

    it('T8: puts brackets around a paste where they were asked for, and lets nothing out of them', async () => {
      await using harness = await makeHarness();
      const wanted = '\u001b[200~one\ntwo rm -rf\u001b[201~\r';
      const spec = makeSpec(harness, 'app-1', { argv: taker(wanted.length, '\\033[?2004h') });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, 'ready');
      const id = newMessageId();
      await harness.runtime().paste(spec.handle, spec.launchId, { id, text: 'one\ntwo \u001b[201~rm\u0003 \u009b201~-rf\u0000' });
      await harness.runtime().submit(spec.handle, spec.launchId, id);
      expect((await written(join(harness.cwd, 'taken'))).toString('utf8')).toBe(wanted);
    });
  });
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
