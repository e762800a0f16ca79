import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually, makeTempDir } from '../../testing/resources.ts';
import { createProcessRunner } from './process-runner.ts';
import { createLinuxProcessSource } from './process-source-linux.ts';

const runner = createProcessRunner();
const base = { env: { PATH: '/usr/bin:/bin' }, timeoutMs: 20_000 };
const sh = (script: string, ...args: string[]) => ({ ...base, command: '/bin/sh', args: ['-c', script, 'sh', ...args] });

it('gives code, stdout and stderr, with nothing of our environment in the child', async () => {
  const result = await runner.run({ ...sh('echo out; echo err >&2; env; exit 3'), env: { PATH: '/usr/bin:/bin', ONE: '1' } });
  expect(result).toMatchObject({ outcome: 'exited', code: 3, signal: null, stderr: 'err\n' });
  expect(result.stdout.split('\n')).toContain('ONE=1');
  expect(result.stdout).not.toContain('HOME=');
});

it('hands arguments over without a shell, and the input whole', async () => {
  const hostile = ['a b', '$(id)', "'", '"', '\n', ''];
  expect((await runner.run({ ...base, command: 'printf', args: ['[%s]', ...hostile] })).stdout).toBe(
    hostile.map((text) => `[${text}]`).join(''),
  );
  const input = 'ü'.repeat(300_000);
  expect((await runner.run({ ...base, command: 'cat', args: [], input })).stdout).toBe(input);
});

it('names the signal that ended a program', async () => {
  expect(await runner.run(sh('kill -TERM $$'))).toMatchObject({ outcome: 'exited', code: null, signal: 'SIGTERM' });
});

it('never rejects: a missing program, a missing directory and a NUL are results with a reason', async () => {
  for (const request of [
    { ...base, command: 'no-such-program', args: [] },
    { ...base, command: 'true', args: [], cwd: '/no/such/directory' },
    { ...base, command: 'echo', args: ['a\0b'] },
  ]) {
    const result = await runner.run(request);
    expect(result).toMatchObject({ outcome: 'not_started', code: null });
    expect(result.stderr).not.toBe('');
  }
});

it('at the time limit ends the program and its children, and says so', async () => {
  await using dir = await makeTempDir();
  const pidFile = join(dir.path, 'pid');
  const result = await runner.run({ ...sh('sleep 1000 & echo $! > "$1"; echo begun; wait', pidFile), timeoutMs: 1_000 });
  expect(result).toMatchObject({ outcome: 'timed_out', code: null, stdout: 'begun\n' });
  const child = Number((await runner.run({ ...base, command: 'cat', args: [pidFile] })).stdout);
  const source = createLinuxProcessSource();
  await eventually('the child is gone', () => {
    const facts = source.read(child);
    return facts === null || (facts !== 'unknown' && facts.state === 'zombie');
  });
});

it('ends the program and its children at once where it is cancelled, also before it began', async () => {
  await using dir = await makeTempDir();
  const pidFile = join(dir.path, 'pid');
  const controller = new AbortController();
  const running = runner.run({ ...sh('sleep 1000 & echo $! > "$1.new"; mv "$1.new" "$1"; wait', pidFile), signal: controller.signal });
  await eventually('the program to have begun', () => existsSync(pidFile));
  controller.abort();
  expect(await running).toMatchObject({ outcome: 'cancelled', code: null });
  const child = Number((await runner.run({ ...base, command: 'cat', args: [pidFile] })).stdout);
  const source = createLinuxProcessSource();
  await eventually('the child is gone', () => {
    const facts = source.read(child);
    return facts === null || (facts !== 'unknown' && facts.state === 'zombie');
  });
  expect(await runner.run({ ...sh('sleep 1000', dir.path), signal: controller.signal })).toMatchObject({ outcome: 'cancelled' });
});

it('does not wait for a background child that keeps stdout open, and does not end it', async () => {
  await using dir = await makeTempDir();
  const marker = join(dir.path, 'ran');
  const startedAt = performance.now();
  const result = await runner.run(sh('(sleep 2; : > "$1") & echo done', marker));
  expect(result).toMatchObject({ outcome: 'exited', code: 0, stdout: 'done\n' });
  expect(performance.now() - startedAt).toBeLessThan(1_900);
  await eventually('the background child got to its end', () => existsSync(marker));
});

it('loses no output where this process stands still for longer than the pipes get to close', async () => {
  const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  const running = runner.run(sh('sleep 0.4; echo all of it'));
  // In the turn of the loop that hears of the other one the program prints and ends: its exit is then heard before its output.
  const other = spawn('/bin/sh', ['-c', 'echo x'], { stdio: ['ignore', 'pipe', 'ignore'] });
  other.stdout.on('data', () => standStill(800));
  other.once('exit', () => standStill(400));
  await new Promise((resolve) => setImmediate(resolve));
  standStill(200);
  expect(await running).toMatchObject({ outcome: 'exited', code: 0, stdout: 'all of it\n' });
});

it('drops output over the limit from the end, and the program still ends', async () => {
  const result = await runner.run({ ...sh('yes | head -c 3000000; echo end >&2'), maxOutputBytes: 1_000 });
  expect(result).toMatchObject({ outcome: 'exited', code: 0, stderr: 'end\n' });
  expect(result.stdout).toHaveLength(1_000);
});

it('a program that does not read its input is no failure', async () => {
  expect(await runner.run({ ...base, command: 'true', args: [], input: 'x'.repeat(1_000_000) })).toMatchObject({
    outcome: 'exited',
    code: 0,
  });
});
