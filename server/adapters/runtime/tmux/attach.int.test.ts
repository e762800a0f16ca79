import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { LaunchSpec } from '../../../ports/runtime.ts';
import type { Attachment } from '../../../ports/terminal.ts';
import { type Argv, codeOf, makeSpec } from '../../../testing/contracts/runtime.contract.ts';
import { eventually } from '../../../testing/resources.ts';
import { makeTmuxHarness, type TmuxHarness } from '../../../testing/tmux-harness.ts';
import { createSystemClock } from '../../system/clock.ts';
import { openClientPty } from './attach-pty.ts';

const CHILD = fileURLToPath(new URL('./attach.child.ts', import.meta.url));
const sh = (script: string, ...args: string[]): Argv => ['/bin/sh', '-c', script, 'sh', ...args];
/** Floods, and says in a file how far it has come. */
const flood = (file: string): Argv =>
  sh('n=0; while :; do n=$((n + 1)); echo "$n flooding along as fast as it can"; echo "$n" > "$1"; done', file);

const pids: number[] = [];
afterEach(() => {
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
});

type Daemon = { readonly child: ChildProcess; says(start: string): Promise<string>; tell(command: string): void };

async function startDaemon(harness: TmuxHarness, spec: LaunchSpec): Promise<Daemon> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, harness.dataDir, spec.handle], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HOME: harness.dataDir },
  });
  if (child.pid !== undefined) pids.push(child.pid);
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
  const daemon: Daemon = {
    child,
    says: (start) =>
      eventually(
        () => `the daemon says ${start}; it said ${lines.slice(-3).join()}`,
        () => lines.find((line) => line.startsWith(start)),
        { limitMs: 30_000 },
      ),
    tell: (command) => void child.stdin.write(`${command}\n`),
  };
  await daemon.says('attached');
  return daemon;
}

/** The session runs, and no adapter of this process is connected any more. */
async function startSession(harness: TmuxHarness, argv: Argv): Promise<LaunchSpec> {
  const runtime = harness.open();
  const spec = makeSpec(harness, 'app-1', { argv });
  await runtime.create(spec);
  await runtime.close();
  return spec;
}

const viewers = async (harness: TmuxHarness): Promise<readonly number[]> => {
  const { stdout } = await harness.tmux('list-clients', '-F', '#{client_control_mode} #{client_pid}');
  return stdout.split('\n').flatMap((line) => (line.startsWith('0 ') ? [Number(line.slice(2))] : []));
};

const read = (file: string): number => {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
};

async function advances(file: string): Promise<void> {
  const from = read(file);
  await eventually('the agent goes on', () => read(file) > from + 2_000, { limitMs: 30_000 });
}

function record() {
  let text = '';
  let ended = 0;
  return {
    listener: { onData: (data: Uint8Array) => void (text += Buffer.from(data).toString()), onEnd: () => void (ended += 1) },
    text: () => text,
    ended: () => ended,
  };
}

describe('attaching to a tmux session', () => {
  it('T3: a daemon that is killed in the middle of a watched flood leaves the agent running and tmux usable, without a viewer', async () => {
    await using harness = await makeTmuxHarness();
    const file = join(harness.cwd, 'count');
    const spec = await startSession(harness, flood(file));
    const { child } = await startDaemon(harness, spec);
    expect(await viewers(harness)).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await advances(file);
    await eventually('its viewer is gone', async () => (await viewers(harness)).length === 0);
    const next = harness.open();
    const seen = record();
    const attachment = await next.attach(spec.handle, seen.listener);
    await eventually('the next one sees it', () => seen.text().includes('flooding'));
    await attachment.close();
  });

  it('T3: a daemon that is stopped in the middle of a watched flood holds up neither the agent nor tmux', async () => {
    await using harness = await makeTmuxHarness();
    const file = join(harness.cwd, 'count');
    const spec = await startSession(harness, flood(file));
    const { child, says, tell } = await startDaemon(harness, spec);
    child.kill('SIGSTOP');
    try {
      await advances(file);
      const { code } = await harness.tmux('list-sessions');
      expect(code).toBe(0);
    } finally {
      child.kill('SIGCONT');
    }
    tell('seen');
    await says('seen');
  });

  it('I12: input that was acknowledged is typed, also when the daemon is killed in the next instant', async () => {
    await using harness = await makeTmuxHarness();
    const spec = await startSession(harness, sh('exec cat'));
    for (const word of ['one', 'two', 'three']) {
      const { child, says, tell } = await startDaemon(harness, spec);
      const gone = once(child, 'exit');
      child.stdout?.on('data', (chunk: Buffer) => chunk.includes('typed') && child.kill('SIGKILL'));
      tell(word);
      await says('typed');
      await gone;
    }
    await eventually('all of it is there', async () =>
      (await harness.tmux('capture-pane', '-p', '-t', '=app-1:')).stdout.startsWith('onetwothree'),
    );
  });

  it('T3: a viewer that outlives its daemon, because a child of that inherited the terminal, is ended by the next daemon; a person’s is not', async () => {
    await using harness = await makeTmuxHarness();
    const spec = await startSession(harness, sh('exec cat'));
    const { child, says, tell } = await startDaemon(harness, spec);
    tell('heir');
    pids.push(Number((await says('heir')).slice('heir '.length)));
    const [orphan] = await viewers(harness);
    const person = await attachAsPerson(harness);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await viewers(harness)).toContain(orphan);
    const next = harness.open();
    await next.probe([spec.handle], { limitMs: 10_000 });
    await eventually('only the person is left', async () => (await viewers(harness)).join() === String(person.pid));
    await person.end();
  });

  it('L6: keeps the tmux server alive however attaching, leaving and connecting come together', async () => {
    await using harness = await makeTmuxHarness();
    const runtime = harness.open();
    const spec = makeSpec(harness, 'app-1', { argv: sh('exec cat') });
    await runtime.create(spec);
    const serverPid = harness.serverPid();
    for (let round = 0; round < 15; round += 1) {
      const attached = [1, 2, 3].map(() => runtime.attach(spec.handle, record().listener));
      for (const pid of await harness.controlClients()) process.kill(pid, 'SIGKILL');
      const probed = runtime.probe([spec.handle], { limitMs: 10_000 });
      const open: Attachment[] = await Promise.all(attached);
      await Promise.all([probed, ...open.map((attachment) => attachment.close())]);
    }
    expect((await harness.tmux('display-message', '-p', '#{pid}')).stdout.trim()).toBe(String(serverPid));
    expect(await viewers(harness)).toEqual([]);
  });

  it('refuses what is not there and what does not answer, in a bounded time and in words', async () => {
    await using harness = await makeTmuxHarness();
    const runtime = harness.open();
    const spec = makeSpec(harness, 'app-1', { argv: sh('exec cat') });
    expect(await codeOf(runtime.attach(spec.handle, record().listener))).toBe('RUNTIME_NOT_FOUND');
    await runtime.create(spec);
    expect(await codeOf(runtime.attach(runtime.handleFor('app-15' as never, 0), record().listener))).toBe('RUNTIME_NOT_FOUND');
    const seen = record();
    const attachment = await runtime.attach(spec.handle, seen.listener);
    const pid = harness.serverPid();
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await codeOf(attachment.write(Buffer.from('x')))).toBe('RUNTIME_UNAVAILABLE');
      expect(await codeOf(runtime.attach(spec.handle, record().listener))).toBe('RUNTIME_UNAVAILABLE');
      await attachment.close();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(seen.ended()).toBe(0);
    const again = await runtime.attach(spec.handle, seen.listener);
    await again.close();
  });

  it('T1, T8: input that is more than the terminal takes at once arrives whole: no character is cut in two and lost', async () => {
    await using harness = await makeTmuxHarness();
    const runtime = harness.open();
    const file = join(harness.cwd, 'received');
    const spec = makeSpec(harness, 'app-1', { argv: sh('stty raw -echo; echo ready; exec cat >> "$1"', file) });
    await runtime.create(spec);
    const seen = record();
    const attachment = await runtime.attach(spec.handle, seen.listener);
    await eventually('the recorder is ready', () => seen.text().includes('ready'));
    // Three bytes each, with something else now and then, so that no limit falls between two of them for long.
    const text = Array.from({ length: 400_000 }, (_, n) => (n % 1_000 === 0 ? String.fromCharCode(97 + (n % 26)) : '世')).join('');
    const data = Buffer.from(text);
    for (let at = 0; at < text.length; at += 20_000) await attachment.write(Buffer.from(text.slice(at, at + 20_000)));
    const size = (): number => (existsSync(file) ? statSync(file).size : 0);
    await eventually(
      () => `all of it to arrive; ${size()} of ${data.length} bytes have`,
      () => size() >= data.length,
      { limitMs: 30_000 },
    );
    expect(readFileSync(file).equals(data)).toBe(true);
    await attachment.close();
  });

  it('L6: input that nobody takes is held without a busy loop, and is given up with the attachment', async () => {
    await using harness = await makeTmuxHarness();
    const runtime = harness.open();
    const spec = makeSpec(harness, 'app-1', { argv: sh('exec cat >/dev/null') });
    await runtime.create(spec);
    const attachment = await runtime.attach(spec.handle, record().listener);
    const pid = harness.serverPid();
    process.kill(pid, 'SIGSTOP');
    try {
      const typed = codeOf(attachment.write(Buffer.alloc(1_000_000, 0x61)));
      const before = process.cpuUsage();
      const startedMs = performance.now();
      await eventually('a while has passed', () => performance.now() - startedMs > 500, { everyMs: 100 });
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000).toBeLessThan(300);
      await attachment.close();
      expect(await typed).toBe('RUNTIME_UNAVAILABLE');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

/** A person's own `tmux attach`, in a terminal of their own. */
async function attachAsPerson(harness: TmuxHarness) {
  const client = await openClientPty({
    args: ['-N', '-u', '-S', harness.socket, 'attach-session', '-f', 'ignore-size', '-t', '=app-1'],
    env: { ...harness.env, LANG: 'C.UTF-8' },
    cwd: harness.cwd,
    size: { cols: 80, rows: 10 },
    clock: createSystemClock(),
    ...record().listener,
  });
  pids.push(client.pid);
  await eventually('the person is attached', async () => (await viewers(harness)).includes(client.pid));
  return client;
}
