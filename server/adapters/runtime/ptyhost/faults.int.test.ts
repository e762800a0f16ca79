/** What happens to a pty host that it was not made for: each fault leaves the session as it was, or proves that it is gone. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { spawn } from 'node-pty';
import { expect, it } from 'vitest';
import { createSystemClock } from '../../../adapters/system/clock.ts';
import {
  codeOf,
  makeSpec,
  newLaunchId,
  newMessageId,
  probeOne,
  untilShown,
  untilState,
} from '../../../testing/contracts/runtime.contract.ts';
import { makePtyHostHarness, type PtyHostHarness } from '../../../testing/ptyhost-harness.ts';
import { eventually } from '../../../testing/resources.ts';
import { createFrameDecoder, decodeEnvelope, decodeJson, encodeEnvelope, encodeFrame, encodeJson, FRAME, type Frame } from './frames.ts';
import { openLink } from './link.ts';

const clock = createSystemClock();
const socketOf = (harness: PtyHostHarness, name: string): string => join(harness.dataDir, 'ptyhost', harness.record(name).socket);
const recordPath = (harness: PtyHostHarness, name: string): string => join(harness.dataDir, 'ptyhost', `${name}.json`);

/** Frames as they come, on a connection that says what the test wants. */
async function speak(path: string): Promise<{ readonly socket: Socket; readonly frames: Frame[]; readonly closed: () => boolean }> {
  const socket = createConnection(path);
  await once(socket, 'connect');
  const frames: Frame[] = [];
  const decoder = createFrameDecoder(1 << 26);
  let closed = false;
  socket.on('data', (chunk) =>
    frames.push(...decoder.push(chunk).map(({ type, payload }) => ({ type, payload: Uint8Array.from(payload) }))),
  );
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  return { socket, frames, closed: () => closed };
}

it('S10: keeps its files to itself, puts nothing of a launch on a command line, and leaves nothing behind', async () => {
  await using harness = await makePtyHostHarness({ env: { AO_LEAK: 'daemon', AO_LAUNCH_ID: newLaunchId() } });
  const secret = `secret-${newLaunchId()}`;
  const spec = makeSpec(harness, 'app-1', { argv: ['/bin/sh', '-c', 'exec cat', 'sh', secret] });
  await harness.runtime().create({ ...spec, env: { ...spec.env, AO_SESSION_TOKEN: secret } });
  const folder = join(harness.dataDir, 'ptyhost');
  const { pid, socket, token } = harness.record('app-1');
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect([modeOf(folder), modeOf(join(folder, 'launch'))]).toEqual(['700', '700']);
  for (const name of ['app-1.json', 'app-1.log', socket]) expect([name, modeOf(join(folder, name))]).toEqual([name, '600']);
  expect(readdirSync(join(folder, 'launch'))).toEqual([]);
  const [line, environ] = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')) as [string, string];
  for (const text of [line, environ]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(token);
  }
  expect(environ).toContain(`AO_DATA_DIR=${harness.dataDir}`);
  expect(environ).not.toMatch(/AO_LEAK|AO_LAUNCH_ID/);
  await harness.runtime().destroy(spec.handle, spec.launchId);
  expect([readdirSync(folder), readdirSync(join(folder, 'launch'))]).toEqual([['launch'], []]);
});

it('L2: listens under a short name where the data directory’s is too long for a socket', async () => {
  await using harness = await makePtyHostHarness({ dataDirName: 'd'.repeat(90) });
  const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print('here') });
  await harness.runtime().create(spec);
  expect(harness.record('app-1').socket).toMatch(/^\/tmp\/ao-\d+\/[0-9a-f]{24}\.sock$/);
  await untilShown(await harness.reopen(), spec.handle, 'here');
  await harness.runtime().destroy(spec.handle, spec.launchId);
});

it('L2: of two creates at once one has the name; the other starts nothing', async () => {
  await using harness = await makePtyHostHarness();
  const specs = [makeSpec(harness, 'app-1'), makeSpec(harness, 'app-1')];
  const codes = await Promise.all(specs.map((spec) => codeOf(harness.open().create(spec))));
  expect(codes.toSorted()).toEqual(['RUNTIME_HANDLE_TAKEN', 'none']);
  const winner = specs[codes.indexOf('none')];
  expect(await probeOne(harness.runtime(), specs[0]?.handle as never)).toMatchObject({
    state: 'alive',
    tags: { launchId: winner?.launchId },
  });
  const folder = join(harness.dataDir, 'ptyhost');
  expect(readdirSync(join(folder, 'launch'))).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.sock'))).toEqual([harness.record('app-1').socket]);
});

it('L6: is found again when its socket was deleted, and stays what it was', async () => {
  await using harness = await makePtyHostHarness();
  const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print('here') });
  await harness.runtime().create(spec);
  rmSync(socketOf(harness, 'app-1'));
  const next = await harness.reopen();
  expect(await probeOne(next, spec.handle)).toMatchObject({ state: 'alive', tags: { launchId: spec.launchId } });
  await untilShown(next, spec.handle, 'here');
  expect(harness.logged.map(({ message }) => message)).toContain('a pty host lives but its socket is gone; asking for it again');
});

it.each([
  ['of another boot', { bootId: 'another' }],
  ['with a pid that is another process’s by now', { startedAt: '1' }],
])('L2: takes a record %s for a host that is gone, and makes room for a new one', async (_what, patch) => {
  await using harness = await makePtyHostHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const { pid } = harness.record('app-1');
  await harness.runtime().close();
  process.kill(pid, 'SIGKILL');
  const record = { ...harness.record('app-1'), pid: process.pid, ...patch };
  writeFileSync(recordPath(harness, 'app-1'), JSON.stringify(record));
  const next = await harness.reopen();
  expect(await probeOne(next, spec.handle)).toEqual({ state: 'dead', evidence: 'host_gone' });
  const again = makeSpec(harness, 'app-1');
  await next.create(again);
  expect(await probeOne(next, spec.handle)).toMatchObject({ state: 'alive', tags: { launchId: again.launchId } });
});

/** A host may be quicker than whoever removes what is around its record. */
function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw caught;
  }
}

const DAMAGES: readonly ((sound: string) => string)[] = [
  () => '',
  () => '{',
  () => '{}',
  (sound) => sound.replace('"app-1"', '"app-2"'),
  (sound) => sound.replace(/"pid": \d+/, '"pid": "x"'),
];

it('I9: concludes nothing from a record that it cannot read, and does not give its name away', async () => {
  await using harness = await makePtyHostHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const sound = readFileSync(recordPath(harness, 'app-1'), 'utf8');
  // Nobody is left who could mend it.
  await harness.endHost();
  for (const damage of DAMAGES) {
    writeFileSync(recordPath(harness, 'app-1'), damage(sound));
    const next = await harness.reopen();
    expect(await probeOne(next, spec.handle)).toMatchObject({ state: 'unknown' });
    expect(await codeOf(next.create(makeSpec(harness, 'app-1')))).toBe('RUNTIME_HANDLE_TAKEN');
    expect(await codeOf(next.destroy(spec.handle, newLaunchId()))).toBe('RUNTIME_UNAVAILABLE');
  }
  writeFileSync(recordPath(harness, 'app-1'), sound);
  expect(await probeOne(await harness.reopen(), spec.handle)).toEqual({ state: 'dead', evidence: 'host_gone' });
});

it('L6, I9: a host makes its record anew, however it was lost or damaged, and the next daemon finds the session as it was', async () => {
  await using harness = await makePtyHostHarness();
  const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print('here') });
  await harness.runtime().create(spec);
  await untilState(harness.runtime(), spec.handle, 'alive');
  const path = recordPath(harness, 'app-1');
  const sound = readFileSync(path, 'utf8');
  const faults = [
    () => rmSync(path),
    // And again, while it is being mended.
    () => void [0, 1].map(() => rmSync(path, { force: true })),
    ...DAMAGES.map((damage) => () => writeFileSync(path, damage(sound))),
    () => removeFolder(join(harness.dataDir, 'ptyhost')),
    () => rmSync(path),
  ];
  for (const fault of faults) {
    fault();
    // To a daemon that is connected it is alive all the while.
    expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
    await eventually('the record to be back', () => existsSync(path) && readFileSync(path, 'utf8') === sound);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
  const next = await harness.reopen();
  expect(await probeOne(next, spec.handle)).toMatchObject({ state: 'alive', tags: { launchId: spec.launchId } });
  await untilShown(next, spec.handle, 'here');
  await next.destroy(spec.handle, spec.launchId);
  expect(existsSync(path)).toBe(false);
});

it('a host that hangs is refused what it is asked, ended when its session is killed, and starts nothing that was fenced', async () => {
  await using harness = await makePtyHostHarness();
  const exits = makeSpec(harness, 'app-1', { argv: harness.programs.exit(0) });
  const hangs = makeSpec(harness, 'app-2');
  await harness.runtime().create(exits);
  await harness.runtime().create(hangs);
  await untilState(harness.runtime(), exits.handle, 'exited');
  const pid = harness.record('app-2').pid;
  for (const { handle } of [exits, hangs]) harness.signalHost(handle, 'SIGSTOP');
  const late = makeSpec(harness, 'app-1', { argv: harness.programs.print('too late') });
  const message = { id: newMessageId(), text: 'x' };
  const codes = await Promise.all([
    codeOf(harness.runtime().restart(late)),
    codeOf(harness.runtime().capture(exits.handle, { historyLines: 0 })),
    codeOf(harness.runtime().submit(hangs.handle, hangs.launchId, message.id)),
    codeOf(harness.runtime().destroy(hangs.handle, newLaunchId())),
  ]);
  expect(new Set(codes)).toEqual(new Set(['RUNTIME_UNAVAILABLE']));
  await harness.runtime().destroy(hangs.handle, hangs.launchId);
  expect(harness.records().map(({ name }) => name)).toEqual(['app-1']);
  await eventually('its host is gone', () => !readdirSync('/proc').includes(String(pid)));
  harness.signalHost(exits.handle, 'SIGCONT');
  expect(await untilState(harness.runtime(), exits.handle, 'exited')).toMatchObject({ tags: { launchId: exits.launchId } });
  expect(await harness.runtime().capture(exits.handle, { historyLines: 100 })).not.toContain('too late');
});

it('says why an agent could not be started on its own screen, as tmux sessions do', async () => {
  await using harness = await makePtyHostHarness();
  const nowhere = makeSpec(harness, 'app-1', { cwd: join(harness.cwd, 'gone') });
  const nothing = makeSpec(harness, 'app-2', { argv: ['no-such-program'] });
  await harness.runtime().create(nowhere);
  await harness.runtime().create(nothing);
  expect(await untilState(harness.runtime(), nowhere.handle, 'exited')).toMatchObject({ exit: { code: 126 } });
  expect(await untilState(harness.runtime(), nothing.handle, 'exited')).toMatchObject({ exit: { code: 127 } });
  expect((await untilShown(harness.runtime(), nothing.handle, 'ao:')).trim()).toBe('ao: there is no program no-such-program');
  await harness.runtime().destroy(nothing.handle, nothing.launchId);
});

it('S9: junk, a wrong token and silence end a connection, and nothing else', async () => {
  await using harness = await makePtyHostHarness();
  const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print('here') });
  await harness.runtime().create(spec);
  await untilShown(harness.runtime(), spec.handle, 'here');
  const { token } = harness.record('app-1');
  const path = socketOf(harness, 'app-1');
  const hello = (said: unknown): Uint8Array => encodeFrame(FRAME.hello, encodeJson(said));
  const good = hello({ token, min: 1, max: 1 });
  for (const first of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    new Uint8Array(64).fill(0xff),
    hello({ token: 'x'.repeat(64), min: 1, max: 1 }),
    hello({ min: 1, max: 1 }),
    hello({ token: 'x'.repeat(5_000), min: 1, max: 1 }),
    encodeFrame(FRAME.request, encodeJson({ op: 'status' })),
    Buffer.concat([good, encodeFrame(FRAME.request, new Uint8Array(3))]),
    Buffer.concat([good, Buffer.from([0xff, 0xff, 0xff, 0xff, 4])]),
  ]) {
    const { socket, closed } = await speak(path);
    socket.write(first);
    await eventually('it is closed', closed);
  }
  expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
  expect(await harness.runtime().capture(spec.handle, { historyLines: 0 })).toBe('here');
});

it('L12: talks to a daemon of a later version, skips what it does not know and says so', async () => {
  await using harness = await makePtyHostHarness();
  const spec = makeSpec(harness, 'app-1');
  await harness.runtime().create(spec);
  const target = { socket: socketOf(harness, 'app-1'), token: harness.record('app-1').token };
  const link = await openLink(target, { clock, limitMs: 5_000, versions: { min: 1, max: 7 } });
  expect(await link.ask({ op: 'dance' } as never, { limitMs: 5_000 })).toMatchObject({ state: 'refused', refusal: 'not-understood' });
  expect(await link.ask({ op: 'status' }, { limitMs: 5_000 })).toMatchObject({ state: 'ok', facts: { launchId: spec.launchId } });
  link.close();
  await expect(openLink(target, { clock, limitMs: 5_000, versions: { min: 2, max: 7 } })).rejects.toThrow('it speaks the versions 1 to 1');

  const { socket, frames, closed } = await speak(target.socket);
  socket.write(encodeFrame(FRAME.hello, encodeJson({ token: target.token, min: 1, max: 2, name: 'of tomorrow' })));
  socket.write(encodeFrame(99, new Uint8Array(10)));
  socket.write(encodeEnvelope(FRAME.request, { id: 5, head: { op: 'status', colour: 'red' } }));
  await eventually('it answers', () => frames.length === 2);
  expect(decodeJson((frames[0] as Frame).payload)).toEqual({ version: 1 });
  expect(decodeEnvelope((frames[1] as Frame).payload)).toMatchObject({ id: 5, head: { ok: true } });
  expect(closed()).toBe(false);
  socket.destroy();
});

it('T2: holds no terminal of the daemon that started it, which node-pty would hand down', async () => {
  await using harness = await makePtyHostHarness();
  const pty = spawn('/bin/cat', [], { encoding: null });
  try {
    await harness.runtime().create(makeSpec(harness, 'app-1'));
    const isTerminal = (path: string): boolean => {
      try {
        return readlinkSync(path).endsWith('ptmx');
      } catch {
        // The descriptor of the listing itself.
        return false;
      }
    };
    const terminalsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).filter((fd) => isTerminal(`/proc/${pid}/fd/${fd}`)).length;
    expect(terminalsOf(process.pid)).toBeGreaterThan(0);
    expect(terminalsOf(harness.record('app-1').pid)).toBe(1);
  } finally {
    pty.kill('SIGKILL');
  }
});
