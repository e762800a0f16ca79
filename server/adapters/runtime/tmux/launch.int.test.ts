import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SessionId } from '../../../core/ids.ts';
import { codeOf, makeSpec, newLaunchId, probeOne, untilShown, untilState } from '../../../testing/contracts/runtime.contract.ts';
import { eventually } from '../../../testing/resources.ts';
import { makeTmuxHarness, type TmuxHarness } from '../../../testing/tmux-harness.ts';

const HOSTILE = [
  '',
  ' ',
  "it's",
  '"',
  '`id`',
  '$(touch pwned)',
  '${HOME}',
  '#{pid}',
  '#(touch pwned)',
  ';',
  '\\;',
  'a;',
  '-rf',
  '--',
  '~',
  '*',
  '%1',
  '=x:',
  'a\nb\r\nc\n',
  '\ttab',
  '\\',
  '\\\\n',
  "'\\''",
  'é 世界 🦜',
  '\u001b[31m',
  '\u0081\u0088\u00ff',
  '!!',
  '&& false',
  '| cat',
  '> pwned',
  '{a,b}',
  '\u007f',
];

type Report = { readonly argv: string[]; readonly env: Record<string, string>; readonly cwd: string };

/** Writes what it was started with to a file, then waits. */
async function reporter(harness: TmuxHarness): Promise<{ readonly script: string; readonly read: () => Promise<Report> }> {
  const script = join(harness.cwd, 'report.cjs');
  const out = join(harness.cwd, 'report.json');
  await writeFile(
    script,
    `const fs=require('fs');const out=${JSON.stringify(out)};
fs.writeFileSync(out+'.tmp',JSON.stringify({argv:process.argv.slice(2),env:process.env,cwd:process.cwd()}));fs.renameSync(out+'.tmp',out);setInterval(()=>{},1e6);`,
  );
  return {
    script,
    read: async () => JSON.parse(await eventually('the report', () => (existsSync(out) ? readFileSync(out, 'utf8') : null))) as Report,
  };
}

it('S6: arguments, environment and directory arrive exactly, whatever is in them', async () => {
  await using harness = await makeTmuxHarness();
  const { script, read } = await reporter(harness);
  const cwd = join(harness.cwd, `it's "a" $(touch pwned) #{pid};\n #(touch pwned) 世界`);
  await mkdir(cwd);
  const argv = [...HOSTILE, 'x'.repeat(60_000)];
  const hostileEnv = Object.fromEntries(HOSTILE.map((value, index) => [`HOSTILE_${index}`, value]));
  const spec = makeSpec(harness, 'app-1', { argv: [process.execPath, script, ...argv], cwd });
  await harness.runtime().create({ ...spec, env: { ...spec.env, ...hostileEnv } });
  const report = await read();
  expect(report.argv).toEqual(argv);
  expect(report.cwd).toBe(cwd);
  expect(report.env).toMatchObject(hostileEnv);
  for (const dir of [cwd, harness.cwd, harness.dataDir]) expect(existsSync(join(dir, 'pwned'))).toBe(false);
});

it('the environment is the given one and the terminal type, nothing of the server, of tmux or of the daemon', async () => {
  await using harness = await makeTmuxHarness({
    env: { AO_LEAK: 'daemon', SECRET: 'daemon', TMUX: '/tmp/x,1,2', NO_COLOR: '1', AO_LAUNCH_ID: newLaunchId() },
  });
  const { script, read } = await reporter(harness);
  const given = {
    ONE: '1',
    UID: '4711',
    PPID: '1',
    OPTIND: 'x',
    IFS: ':',
    PS1: '> ',
    LC_ALL: 'xx_YY',
    NO_COLOR: 'of the project',
    PATH: '/bin:/usr/bin',
    TERM: 'vt52',
    ENV: '/nonexistent',
    'not-a-name': 'left out',
  };
  await harness.runtime().create(makeSpec(harness, 'app-1', { argv: [process.execPath, script], env: given }));
  const { env } = await read();
  const { 'not-a-name': _, ...expressible } = given;
  // PWD is the shell's own, and right.
  expect(env).toEqual({ ...expressible, TERM: 'tmux-256color', COLORTERM: 'truecolor', PWD: harness.cwd });
});

it('S10: nothing of a launch is on any command line, and its file is private and gone', async () => {
  await using harness = await makeTmuxHarness();
  const secret = `secret-${newLaunchId()}`;
  const seen = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        // It ended.
      }
    }
  };
  const spec = makeSpec(harness, 'app-1', { argv: ['/bin/cat'] });
  const created = harness.runtime().create({ ...spec, env: { ...spec.env, AO_SESSION_TOKEN: secret } });
  const paste = created.then(() =>
    harness.runtime().paste(spec.handle, spec.launchId, { id: newLaunchId() as never, text: `message ${secret}` }),
  );
  let busy = true;
  void paste.finally(() => {
    busy = false;
  });
  while (busy) {
    look();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await paste;
  await untilShown(harness.runtime(), spec.handle, secret);
  look();
  expect([...seen].some((line) => line.includes(spec.launchId) || line.includes('ao-keeper'))).toBe(true);
  expect([...seen].filter((line) => line.includes(secret))).toEqual([]);
  expect(readdirSync(join(harness.dataDir, 'launch'))).toEqual([]);
  for (const name of readdirSync(join(harness.dataDir, 'tmux'))) {
    const { mode } = statSync(join(harness.dataDir, 'tmux', name));
    expect([name, mode & 0o077 & (name === 's.sock' ? 0o007 : 0o077)]).toEqual([name, 0]);
  }
  expect((await harness.tmux('show-environment', '-t', '=app-1')).stdout).not.toContain(secret);
  expect((await harness.tmux('show-environment', '-g')).stdout).not.toContain(secret);
});

it('L10: a directory that is gone is said so, and nothing is run elsewhere', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1', {
    argv: ['/usr/bin/touch', join(harness.cwd, 'ran')],
    cwd: join(harness.cwd, "gone isn't here"),
  });
  await harness.runtime().create(spec);
  expect(await untilState(harness.runtime(), spec.handle, 'exited')).toMatchObject({ exit: { code: 126 } });
  expect(await harness.runtime().capture(spec.handle, { historyLines: 0 })).toContain('the agent was not started');
  expect(existsSync(join(harness.cwd, 'ran'))).toBe(false);
});

it('a program that is not there is an exit that shows why', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1', { argv: ['no-such-agent'] });
  await harness.runtime().create(spec);
  expect(await untilState(harness.runtime(), spec.handle, 'exited')).toMatchObject({ exit: { code: 127 } });
  expect(await harness.runtime().capture(spec.handle, { historyLines: 0 })).toContain('no-such-agent');
});

it('refuses what cannot be launched before anything is made', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  for (const patch of [
    { argv: ['a\0b'] },
    { argv: [''] },
    { argv: ['-x'] },
    { cwd: 'relative' },
    { env: { A: '\0' } },
    { size: { cols: 1, rows: 9 } },
  ] as const) {
    expect(await codeOf(harness.runtime().create({ ...spec, ...(patch as object) }))).toBe('BAD_INPUT');
  }
  expect(existsSync(join(harness.dataDir, 'tmux'))).toBe(false);
});

it('S5: from inside a session plain tmux does not reach our server', async () => {
  await using harness = await makeTmuxHarness();
  const tmp = join(harness.cwd, 'tmp');
  await mkdir(tmp, { mode: 0o700 });
  const spec = makeSpec(harness, 'app-1', { argv: ['/bin/sh', '-c', 'tmux ls; echo "code $? tmux [$TMUX$TMUX_PANE]"; exec cat'] });
  await harness.runtime().create({ ...spec, env: { ...spec.env, TMUX_TMPDIR: tmp } });
  const shown = await untilShown(harness.runtime(), spec.handle, 'code ');
  expect(shown).toContain('code 1 tmux []');
  expect(shown).not.toContain('ao-keeper');
});

it('S6: a data directory with anything in its name works', async () => {
  await using harness = await makeTmuxHarness({ dataDirName: `d'at"a #{pid} #(id);é $x%` });
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  await harness.runtime().paste(spec.handle, spec.launchId, { id: newLaunchId() as never, text: 'pasted through it' });
  await untilShown(harness.runtime(), spec.handle, 'pasted through it');
  await harness.reopen();
  expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
});

it('L2: a data directory too deep for a socket gets a short one, elsewhere, private', async () => {
  await using harness = await makeTmuxHarness({ dataDirName: 'deep/'.repeat(30) });
  expect(Buffer.byteLength(harness.socket)).toBeLessThanOrEqual(100);
  expect(harness.socket).not.toContain('deep');
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  expect(await probeOne(await harness.reopen(), spec.handle)).toMatchObject({ state: 'alive' });
  await harness.runtime().destroy(spec.handle, spec.launchId);
  await harness.endHost();
  await rm(harness.socket, { force: true });
});

it('100 sessions are created at once, each itself', async () => {
  await using harness = await makeTmuxHarness();
  const specs = Array.from({ length: 100 }, (_, index) => makeSpec(harness, `app-${index + 1}`));
  const startedAt = performance.now();
  await Promise.all(specs.map((spec) => harness.runtime().create(spec)));
  // 0.5 s on a quiet machine; the bound only tells a pipeline from a queue of processes.
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  const { byHandle, seen } = await harness.runtime().probe(
    specs.map(({ handle }) => handle),
    { limitMs: 10_000 },
  );
  expect(seen).toHaveLength(100);
  for (const spec of specs)
    expect(byHandle.get(spec.handle)).toMatchObject({ state: 'alive', tags: { launchId: spec.launchId, sessionId: spec.sessionId } });
});

it('a restart keeps the screen and the whole history, with colours, also of a program killed in the alternate screen', async () => {
  await using harness = await makeTmuxHarness();
  const lines = 'i=1; while [ $i -le 40 ]; do echo "line $i."; i=$((i+1)); done';
  const first = makeSpec(harness, 'app-1', {
    argv: [
      '/bin/sh',
      '-c',
      `${lines}; printf '\\033[31mred\\033[0m no newline'; printf '\\033[?1049hin the alternate screen'; sleep 0.1; kill -9 $$`,
    ],
  });
  await harness.runtime().create(first);
  await untilState(harness.runtime(), first.handle, 'exited');
  const second = makeSpec(harness, 'app-1', { argv: ['/bin/sh', '-c', `echo second; ${lines}; exec cat`], size: { cols: 100, rows: 25 } });
  await harness.runtime().restart(second);
  await untilShown(harness.runtime(), second.handle, 'second');
  const shown = await eventually('all lines of the second', async () => {
    const text = await harness.runtime().capture(second.handle, { historyLines: 5_000 });
    return text.trimEnd().endsWith('line 40.') && text.split('line 40.').length === 3 && text;
  });
  const counted = shown.split('\n').filter((line) => /^line \d+\.$/.test(line));
  expect(counted).toEqual([...Array(2)].flatMap(() => Array.from({ length: 40 }, (_, index) => `line ${index + 1}.`)));
  expect(shown).toMatch(/red no newline\n+ *in the alternate screen\n+second\n/);
  expect((await harness.tmux('capture-pane', '-p', '-e', '-S', '-1000', '-t', '=app-1:')).stdout).toContain('\u001b[31mred');
});

it('a restart starts with no receipts of the launch before', async () => {
  await using harness = await makeTmuxHarness();
  const first = makeSpec(harness, 'app-1', { argv: ['/bin/sh', '-c', 'read line; exit 0'] });
  await harness.runtime().create(first);
  const id = newLaunchId() as never;
  await harness.runtime().paste(first.handle, first.launchId, { id, text: 'answer' });
  await harness.runtime().submit(first.handle, first.launchId, id);
  await untilState(harness.runtime(), first.handle, 'exited');
  const second = makeSpec(harness, 'app-1');
  await harness.runtime().restart(second);
  expect(await harness.runtime().receipts(second.handle)).toEqual({ pasted: null, submitted: null });
  await harness.runtime().paste(second.handle, second.launchId, { id, text: 'once more' });
  await untilShown(harness.runtime(), second.handle, 'once more');
});

it('handles are the session id, then with an attempt that no session id can look like', async () => {
  await using harness = await makeTmuxHarness();
  expect(harness.runtime().handleFor('app-1' as SessionId, 0)).toBe(`${harness.socket}:app-1`);
  expect(harness.runtime().handleFor('app-1' as SessionId, 2)).toBe(`${harness.socket}:app-1_2`);
});
