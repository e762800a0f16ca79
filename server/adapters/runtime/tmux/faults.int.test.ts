import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ProcessRef } from '../../../ports/process-table.ts';
import {
  codeOf,
  makeSpec,
  newLaunchId,
  newMessageId,
  probeOne,
  untilShown,
  untilState,
} from '../../../testing/contracts/runtime.contract.ts';
import { eventually } from '../../../testing/resources.ts';
import { makeTmuxHarness, type TmuxHarness } from '../../../testing/tmux-harness.ts';
import { createSystemClock } from '../../system/clock.ts';
import { createProcessTable } from '../../system/process-table.ts';

async function timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startedAt = performance.now();
  const value = await work;
  return { value, ms: performance.now() - startedAt };
}

it('L6: a stopped server is unknown within the limit, to the running daemon and to a new one, and alive afterwards', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const pid = harness.serverPid();
  process.kill(pid, 'SIGSTOP');
  try {
    for (const runtime of [harness.runtime(), harness.open()]) {
      const { value, ms } = await timed(runtime.probe([spec.handle], { limitMs: 700 }));
      const why = expect.stringContaining(`kill -CONT ${pid}`) as string;
      expect(value.byHandle.get(spec.handle)).toEqual({ state: 'unknown', why });
      expect(value.seen).toEqual([]);
      expect(ms).toBeLessThan(2_000);
    }
    expect(await codeOf(harness.runtime().capture(spec.handle, { historyLines: 0 }))).toBe('RUNTIME_UNAVAILABLE');
    expect(await codeOf(harness.runtime().destroy(spec.handle, newLaunchId()))).toBe('RUNTIME_UNAVAILABLE');
    expect(await codeOf(harness.runtime().receipts(spec.handle))).toBe('RUNTIME_UNAVAILABLE');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(await untilState(harness.runtime(), spec.handle, 'alive')).toMatchObject({ tags: { launchId: spec.launchId } });
});

it('L6: a create that a stopped server was asked for runs nothing once it was revoked, however late it is executed', async () => {
  await using harness = await makeTmuxHarness();
  const first = makeSpec(harness, 'app-1');
  await harness.runtime().create(first);
  const pid = harness.serverPid();
  const marker = join(harness.cwd, 'ran');
  const late = makeSpec(harness, 'app-2', { argv: ['/usr/bin/touch', marker] });
  process.kill(pid, 'SIGSTOP');
  try {
    expect(await codeOf(harness.runtime().create(late))).toBe('RUNTIME_UNAVAILABLE');
    await harness.runtime().revoke(late.launchId);
    // There is nothing to run any more, whether the server has the request yet or dropped it with the channel.
    expect(readdirSync(join(harness.dataDir, 'launch'))).toEqual([]);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await untilState(harness.runtime(), first.handle, 'alive');
  // The server works off what was asked of it before it answers anything new: executed and fenced, or dropped with the channel.
  const probe = await eventually('the late create is settled', async () => {
    const seen = await probeOne(harness.runtime(), late.handle);
    return seen?.state === 'exited' || seen?.state === 'dead' ? seen : null;
  });
  if (probe.state === 'exited') expect(probe.exit.code).toBe(125);
  expect(existsSync(marker)).toBe(false);
});

it('L6: a create asked for by a process of its own while the server is stopped is fenced as well', async () => {
  await using harness = await makeTmuxHarness();
  const first = makeSpec(harness, 'app-1');
  await harness.runtime().create(first);
  const marker = join(harness.cwd, 'ran');
  const launchId = newLaunchId();
  const client = spawn(
    'tmux',
    ['-N', '-S', harness.socket, 'new-session', '-d', '-s', 'app-2', '/bin/sh', join(harness.dataDir, 'tmux', 'launcher.sh'), launchId],
    { stdio: 'ignore' },
  );
  await new Promise((resolve) => client.once('exit', resolve));
  await untilState(harness.runtime(), harness.runtime().handleFor('app-2' as never, 0), 'exited');
  expect(await probeOne(harness.runtime(), harness.runtime().handleFor('app-2' as never, 0))).toMatchObject({ exit: { code: 125 } });
  expect(existsSync(marker)).toBe(false);
});

it('L6: a socket that was unlinked under a living server comes back, to the running daemon and to a new one', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const before = await probeOne(harness.runtime(), spec.handle);
  await rm(harness.socket);
  expect(await probeOne(harness.runtime(), spec.handle)).toEqual(before);
  // We reach it without, by the channel that is open; viewers and the user's own tmux do not.
  expect(existsSync(harness.socket)).toBe(true);
  const next = await harness.reopen();
  expect(await probeOne(next, spec.handle)).toEqual(before);
  expect(existsSync(harness.socket)).toBe(true);
  await rm(join(harness.dataDir, 'tmux', 's.sock'));
  const beside = makeSpec(harness, 'app-2');
  await (await harness.reopen()).create(beside);
  expect(await probeOne(harness.runtime(), beside.handle)).toMatchObject({ state: 'alive' });
  expect(await probeOne(harness.runtime(), spec.handle)).toEqual(before);
});

it('L6: stopped *and* without its socket is unknown, and nothing is launched beside it', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const pid = harness.serverPid();
  process.kill(pid, 'SIGSTOP');
  try {
    await rm(harness.socket);
    const next = harness.open();
    expect(await probeOne(next, spec.handle)).toMatchObject({ state: 'unknown' });
    expect(await codeOf(next.create(makeSpec(harness, 'app-2')))).toBe('RUNTIME_UNAVAILABLE');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(await untilState(harness.runtime(), spec.handle, 'alive')).toMatchObject({ tags: { launchId: spec.launchId } });
  expect(harness.serverPid()).toBe(pid);
});

it('L6: a hostile ~/.tmux.conf and an inherited $TMUX have no part in it', async () => {
  await using harness = await makeTmuxHarness({ env: { TMUX: '/nonexistent/socket,1,0', TMUX_PANE: '%7' } });
  const home = harness.env['HOME'] as string;
  const conf = 'set -g remain-on-exit off\nset -g exit-empty on\nset -g detach-on-destroy off\nrun-shell "touch $HOME/ran"\n';
  await writeFile(join(home, '.tmux.conf'), conf);
  const spec = makeSpec(harness, 'app-1', { argv: harness.programs.exit(3) });
  await harness.runtime().create(spec);
  expect(await untilState(harness.runtime(), spec.handle, 'exited')).toMatchObject({ exit: { code: 3 } });
  expect(existsSync(join(home, 'ran'))).toBe(false);
});

it('the configuration is accepted to the last line and in force', async () => {
  await using harness = await makeTmuxHarness();
  await harness.runtime().create(makeSpec(harness, 'app-1'));
  expect(await harness.tmux('source-file', join(harness.dataDir, 'tmux', 'tmux.conf'))).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const shown =
    (await harness.tmux('show-options', '-g')).stdout +
    (await harness.tmux('show-options', '-s')).stdout +
    (await harness.tmux('show-options', '-gw')).stdout;
  for (const line of [
    'history-limit 5000',
    'exit-empty off',
    'remain-on-exit on',
    "remain-on-exit-format ''",
    'set-clipboard off',
    'allow-passthrough off',
    'prefix None',
    'status off',
    'escape-time 20',
  ]) {
    expect(shown.split('\n')).toContain(line);
  }
  expect(shown).toMatch(/^window-size latest$/m);
});

it("L11: the server is no child of the daemon's process group, and its environment holds where it belongs and nothing secret", async () => {
  await using harness = await makeTmuxHarness({ env: { AO_SESSION_TOKEN: 'secret', SECRET: 'secret', TZ: 'UTC' } });
  await harness.runtime().create(makeSpec(harness, 'app-1'));
  const environ = readFileSync(`/proc/${harness.serverPid()}/environ`, 'utf8').split('\0');
  expect(environ).toContain(`AO_DATA_DIR=${harness.dataDir}`);
  expect(environ.filter((entry) => entry.includes('secret') || entry.startsWith('TMUX='))).toEqual([]);
  const groupOf = (pid: number | 'self'): string | undefined => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
  expect(groupOf(harness.serverPid())).not.toBe(groupOf('self'));
});

it('goes on through processes when the control client is killed, and connects again', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const [client] = await harness.controlClients();
  process.kill(client as number, 'SIGKILL');
  expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
  // A change that was on its way when the channel ended is refused, not repeated; the next one goes through.
  let number = 2;
  await eventually('a create goes through', async () => {
    number += 1;
    return (await codeOf(harness.runtime().create(makeSpec(harness, `app-${number}`)))) === 'none';
  });
  const again = await eventually('a new control client', async () => {
    await probeOne(harness.runtime(), spec.handle);
    return (await harness.controlClients()).find((pid) => pid !== client);
  });
  expect(again).not.toBe(client);
});

it('L6: no loss of the control client in the middle of changes, and no reconnect, ever costs the server', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const pid = harness.serverPid();
  for (let round = 1; round <= 8; round += 1) {
    const runtime = round % 4 === 0 ? await harness.reopen() : harness.runtime();
    const killed = harness.controlClients().then((clients) => clients.map((client) => process.kill(client, 'SIGKILL')));
    const changes = [1, 2, 3, 4].map(async (index) => {
      const made = makeSpec(harness, `app-${round * 10 + index}`);
      expect(['none', 'RUNTIME_UNAVAILABLE']).toContain(await codeOf(runtime.create(made)));
      await runtime.probe([made.handle], { limitMs: 10_000 });
    });
    await Promise.all([killed, ...changes]);
  }
  expect(await untilState(harness.runtime(), spec.handle, 'alive')).toMatchObject({ tags: { launchId: spec.launchId } });
  expect(harness.serverPid()).toBe(pid);
});

it('ends the control clients that a dead daemon left on the keeper, and no other client', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const attach = (target: string) =>
    spawn('tmux', ['-N', '-S', harness.socket, '-C', 'attach', '-f', 'no-output,ignore-size', '-t', target], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  const [orphan, elsewhere] = [attach('=ao-keeper'), attach('=app-1')];
  await eventually('both are attached', async () => (await harness.controlClients()).length === 3);
  const next = await harness.reopen();
  expect(await probeOne(next, spec.handle)).toMatchObject({ state: 'alive' });
  await eventually('the orphan is ended', () => orphan.signalCode === 'SIGKILL');
  const clients = await eventually('ours and the other one are left', async () => {
    const pids = await harness.controlClients();
    return pids.length === 2 && pids;
  });
  expect(clients).toContain(elsewhere.pid);
  elsewhere.kill();
});

it('closing ends the control client and leaves the sessions', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  expect(await harness.controlClients()).toHaveLength(1);
  await harness.runtime().close();
  await eventually('no control client is left', async () => (await harness.controlClients()).length === 0);
  expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
});

it('connects ahead of the first look where a server is, and starts none where there is none', async () => {
  await using harness = await makeTmuxHarness();
  harness.runtime().connect();
  const { handle } = makeSpec(harness, 'app-1');
  expect(await probeOne(harness.runtime(), handle)).toMatchObject({ state: 'dead', evidence: 'host_gone' });
  await harness.runtime().create(makeSpec(harness, 'app-1'));
  await harness.runtime().close();
  await eventually('no control client is left', async () => (await harness.controlClients()).length === 0);
  const next = harness.open();
  next.connect();
  await eventually('it has connected', async () => (await harness.controlClients()).length === 1);
  expect(await probeOne(next, handle)).toMatchObject({ state: 'alive' });
  expect(await harness.controlClients()).toHaveLength(1);
});

it('works on when somebody ended the keeper, and never lists it', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  await harness.tmux('kill-session', '-t', '=ao-keeper');
  await eventually('the channel is back on a new keeper', async () => {
    await probeOne(harness.runtime(), spec.handle);
    return (await harness.controlClients()).length === 1;
  });
  await harness.tmux('new-session', '-d', '-s', 'somebody-elses', 'cat');
  const { seen } = await harness.runtime().probe([], { limitMs: 10_000 });
  expect(seen.map(({ handle }) => handle)).toEqual([spec.handle]);
  expect(await codeOf(harness.runtime().create(makeSpec(harness, 'app-2')))).toBe('none');
});

it('a foreign session under our name is alive without tags, and is neither restarted nor ended', async () => {
  await using harness = await makeTmuxHarness();
  await harness.runtime().create(makeSpec(harness, 'app-1'));
  await harness.tmux('new-session', '-d', '-s', 'app-2', 'cat');
  const spec = makeSpec(harness, 'app-2');
  expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({
    state: 'alive',
    tags: { instanceId: null, sessionId: null, launchId: null },
  });
  expect(await codeOf(harness.runtime().restart(spec))).toBe('RUNTIME_HANDLE_TAKEN');
  await harness.runtime().destroy(spec.handle, spec.launchId);
  expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
});

it('a data directory that moved finds its sessions under their old handles', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print('started') });
  await harness.runtime().create(spec);
  await untilShown(harness.runtime(), spec.handle, 'started');
  const before = await probeOne(harness.runtime(), spec.handle);
  await harness.runtime().close();
  const moved = `${harness.dataDir}-moved`;
  await rename(harness.dataDir, moved);
  const next = harness.open({ dataDir: moved });
  expect(await probeOne(next, spec.handle)).toEqual(before);
  await next.write(spec.handle, Buffer.from('still here'));
  await untilShown(next, spec.handle, 'still here');
  expect(await codeOf(next.create(makeSpec(harness, 'app-2')))).toBe('RUNTIME_HANDLE_TAKEN');
  const second = makeSpec(harness, 'app-2');
  await next.create({ ...second, handle: next.handleFor(second.sessionId, 1) });
  await next.close();
  await rename(moved, harness.dataDir);
});

it('L7: a server on record from before a reboot is gone, whoever has its pid now', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const path = join(harness.dataDir, 'tmux', 'server.json');
  const sound = readFileSync(path, 'utf8');
  await harness.runtime().close();
  await harness.endHost();
  const record = JSON.parse(sound) as { servers: { pid: number; startedAt: string; bootId: string }[] };
  const somebody = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => somebody.once('exit', resolve));
  // Started at the same tick, even: ticks count from the boot.
  const { startedAt } = createProcessTable({ clock: createSystemClock() }).identify(somebody.pid as number) as ProcessRef;
  const stranger = { ...record.servers[0], pid: somebody.pid };
  for (const servers of [[{ ...stranger, startedAt, bootId: 'another boot' }], [stranger], []]) {
    await writeFile(path, JSON.stringify({ servers }));
    expect(await probeOne(harness.open(), spec.handle)).toEqual({ state: 'dead', evidence: 'host_gone' });
  }
  // A server that had lost its socket would have been sent a signal.
  expect(somebody.kill('SIGKILL') && (await ended.then(() => somebody.signalCode))).toBe('SIGKILL');
  await writeFile(path, sound.slice(0, 20));
  expect(await probeOne(harness.open(), spec.handle)).toMatchObject({ state: 'unknown' });
  await writeFile(path, sound);
});

it('D1, T8: a message arrives in brackets, whole, and nothing in it ends them or is a key', async () => {
  await using harness = await makeTmuxHarness();
  const { spec, received } = await pasteReader(harness);
  const text = `first\nsecond\u001b[201~\u0003rm -rf\u001b[20\u001b[201~1~ 世界 \u009b201~\u0000end\tof it`;
  await harness.runtime().paste(spec.handle, spec.launchId, { id: newMessageId(), text });
  await harness.runtime().submit(spec.handle, spec.launchId, newMessageId());
  const bytes = await eventually('Enter', () => received().endsWith('\r') && received());
  expect(bytes).toBe('\u001b[200~first\nsecondrm -rf[201~ 世界 end\tof it\u001b[201~\r');
});

it('T8: a paste of 1 MB arrives whole and the server answers meanwhile', async () => {
  await using harness = await makeTmuxHarness();
  const { spec, received } = await pasteReader(harness);
  const text = 'ä0123456789abcdef\n'.repeat(55_000);
  await harness.runtime().paste(spec.handle, spec.launchId, { id: newMessageId(), text });
  expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
  const bytes = await eventually('the end of the paste', () => received().endsWith('\u001b[201~') && received(), { limitMs: 30_000 });
  expect(bytes === `\u001b[200~${text}\u001b[201~`).toBe(true);
});

it('D1: somebody scrolled back by a plain attach: the message leaves copy mode first', async () => {
  await using harness = await makeTmuxHarness();
  const spec = makeSpec(harness, 'app-1', { argv: ['/bin/cat'] });
  await harness.runtime().create(spec);
  await harness.tmux('copy-mode', '-t', '=app-1:');
  const id = newMessageId();
  await harness.runtime().paste(spec.handle, spec.launchId, { id, text: 'through' });
  await harness.tmux('copy-mode', '-t', '=app-1:');
  await harness.runtime().submit(spec.handle, spec.launchId, id);
  await eventually('both arrived', async () => (await harness.runtime().capture(spec.handle, { historyLines: 0 })) === 'through\nthrough');
  expect((await harness.tmux('list-buffers')).stdout).toBe('');
});

it('keys of every value and of any length are typed as they are', async () => {
  await using harness = await makeTmuxHarness();
  const { spec, received } = await pasteReader(harness);
  const data = Buffer.from(`${'0123456789'.repeat(70)}\u0001\u001b[A é 世界 🦜 ; ' "`);
  await harness.runtime().write(spec.handle, data);
  expect(await eventually('all keys', () => received().length >= data.toString('utf8').length && received())).toBe(data.toString('utf8'));
});

/** A program in raw mode that asks for bracketed paste and writes all it is sent to a file. */
async function pasteReader(harness: TmuxHarness) {
  const [script, out] = [join(harness.cwd, 'reader.cjs'), join(harness.cwd, 'received')];
  await writeFile(
    script,
    `const fs=require('fs');fs.writeFileSync(${JSON.stringify(out)},'');process.stdin.setRawMode(true);
process.stdin.on('data',(d)=>fs.appendFileSync(${JSON.stringify(out)},d));process.stdout.write('\\x1b[?2004hready\\n');`,
  );
  const spec = makeSpec(harness, 'app-1', { argv: [process.execPath, script] });
  await harness.runtime().create(spec);
  await untilShown(harness.runtime(), spec.handle, 'ready');
  return { spec, received: () => readFileSync(out, 'utf8') };
}
