import { chmodSync, existsSync, mkdirSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import type { SupervisorClient, SupervisorDesk, SupervisorListener, SupervisorVerdict } from '../../ports/supervision.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { eventually, makeTempDir } from '../../testing/resources.ts';
import { SOCKET_PATH_MAX_BYTES, superviseSocketPlaces } from './path.ts';
import { openSuperviseSocket } from './supervise-socket.ts';

function createDesk(verdict: SupervisorVerdict = 'counted') {
  const present = new Map<string, SupervisorClient>();
  const desk: SupervisorDesk = {
    join: (client) => {
      present.set(client.id, client);
      client.tell(verdict);
    },
    leave: (clientId) => void present.delete(clientId),
  };
  return { desk, present };
}

async function open(runFile: string, options: { readonly desk?: SupervisorDesk; readonly clock?: Pick<Clock, 'after'> } = {}) {
  const log = createRecordingLog();
  const listener: SupervisorListener = await openSuperviseSocket({
    runFile,
    desk: options.desk ?? createDesk().desk,
    clock: options.clock ?? { after: (delayMs, fn) => clearTimeout.bind(null, setTimeout(fn, delayMs)) },
    log,
    service: 'agent-orchestrator',
  });
  return { listener, log };
}

/** A client that keeps what it was told. */
async function dial(path: string): Promise<{ socket: Socket; lines: () => unknown[] }> {
  const socket = connect(path);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return {
    socket,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
  };
}

describe('supervise.sock', () => {
  it('L5: tells each client in one line that it counts, and reports its end however it comes', async () => {
    await using dir = await makeTempDir();
    const { desk, present } = createDesk();
    const { listener } = await open(join(dir.path, 'running.json'), { desk });
    expect(listener.path).toBe(join(dir.path, 'supervise.sock'));
    expect(statSync(listener.path as string).mode & 0o777).toBe(0o600);
    const a = await dial(listener.path as string);
    const b = await dial(listener.path as string);
    await eventually('both are told', () => a.lines().length === 1 && b.lines().length === 1);
    expect(a.lines()).toEqual([{ service: 'agent-orchestrator', counted: true, id: expect.any(String) }]);
    a.socket.write(Buffer.alloc(1024 * 1024, 0x7b));
    b.socket.destroy();
    await eventually('one is left', () => present.size === 1);
    a.socket.end();
    await eventually('none is left', () => present.size === 0);
    await listener.close();
    expect(existsSync(listener.path as string)).toBe(false);
  });

  it('L5: tells a client that is not counted, and one that has to come back, whose connection then ends', async () => {
    await using dir = await makeTempDir();
    const { desk, present } = createDesk('not_counted');
    const { listener } = await open(join(dir.path, 'running.json'), { desk });
    const client = await dial(listener.path as string);
    await eventually('it is told', () => client.lines().length === 1);
    for (const { tell } of present.values()) tell('restarting');
    await eventually('it is disconnected', () => present.size === 0);
    expect(client.lines()).toMatchObject([{ counted: false }, { counted: false, restarting: true }]);
    await listener.close();
  });

  it('L2: takes over a socket that nobody listens on', async () => {
    await using dir = await makeTempDir();
    const path = join(dir.path, 'supervise.sock');
    const dead = await listen(join(dir.path, 'x.sock'));
    // Renamed first, so that closing does not unlink it: what a SIGKILL leaves.
    renameSync(join(dir.path, 'x.sock'), path);
    await new Promise((resolve) => dead.close(resolve));
    expect(existsSync(path)).toBe(true);
    const { listener } = await open(join(dir.path, 'running.json'));
    expect(listener.path).toBe(path);
    await dial(path).then(({ socket }) => socket.destroy());
    await listener.close();
  });

  it('L2: never steals a living socket, nor removes something else, and uses a short private path instead', async () => {
    await using dir = await makeTempDir();
    const path = join(dir.path, 'supervise.sock');
    const living = await listen(path);
    const first = await open(join(dir.path, 'running.json'));
    expect(first.listener.path).toMatch(/^\/tmp\/ao-[0-9]+\/[0-9a-f]{24}\.sock$/);
    expect(statSync(join(first.listener.path as string, '..')).mode & 0o777).toBe(0o700);
    await dial(path).then(({ socket }) => socket.destroy());
    await first.listener.close();
    await new Promise((resolve) => living.close(resolve));

    writeFileSync(path, 'a file');
    const second = await open(join(dir.path, 'running.json'));
    expect(second.listener.path).not.toBe(path);
    expect(existsSync(path)).toBe(true);
    await second.listener.close();
  });

  it('I7: goes on without a socket when none can be bound, and says so', async () => {
    await using dir = await makeTempDir();
    writeFileSync(join(dir.path, 'file'), '');
    // The parent is a file, and the short path is taken by a living listener.
    const runFile = join(dir.path, 'file', 'running.json');
    const [, hashed] = superviseSocketPlaces(runFile, { platform: process.platform, uid: process.getuid?.() ?? 0 });
    mkdirSync(join(hashed?.path as string, '..'), { recursive: true, mode: 0o700 });
    const living = await listen(hashed?.path as string);
    const { listener, log } = await open(runFile);
    expect(listener.path).toBeNull();
    expect(log.lines.filter(({ level }) => level === 'error').length).toBe(1);
    await listener.close();
    await new Promise((resolve) => living.close(resolve));
  });

  it('I7: binds its path anew when somebody removes it, and keeps whom it has', async () => {
    await using dir = await makeTempDir();
    const { desk, present } = createDesk();
    const clock = createManualClock();
    const { listener } = await open(join(dir.path, 'running.json'), { desk, clock });
    const path = listener.path as string;
    const early = await dial(path);
    await eventually('the first is counted', () => present.size === 1);
    unlinkSync(path);
    await clock.advance(10_000);
    await eventually('the path is back', () => existsSync(path));
    const late = await eventually('a new client gets in', () => dial(path).catch(() => null));
    await eventually('both are counted', () => present.size === 2);
    early.socket.destroy();
    late.socket.destroy();
    await eventually('both are gone', () => present.size === 0);
    await listener.close();
  });

  it('mends the mode of its private directory', async () => {
    await using dir = await makeTempDir();
    const deep = join(dir.path, 'd'.repeat(120));
    mkdirSync(deep);
    const first = await open(join(deep, 'running.json'));
    const directory = join(first.listener.path as string, '..');
    await first.listener.close();
    chmodSync(directory, 0o755);
    const second = await open(join(deep, 'running.json'));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    await second.listener.close();
  });
});

describe('where supervise.sock is', () => {
  const linux = { platform: 'linux' as const, uid: 1000 };

  it('L2: is a short hashed path when the one beside the run file is too long, counted in bytes', () => {
    const fits = `/${'a'.repeat(SOCKET_PATH_MAX_BYTES - '/supervise.sock'.length - 1)}/running.json`;
    expect(superviseSocketPlaces(fits, linux)[0]).toMatchObject({ directory: 'given' });
    expect(superviseSocketPlaces(fits.replace('/a', '/ä'), linux).map(({ directory }) => directory)).toEqual(['private']);
    for (const place of superviseSocketPlaces(`/${'x'.repeat(4000)}/r.json`, linux)) {
      expect(Buffer.byteLength(place.path)).toBeLessThanOrEqual(SOCKET_PATH_MAX_BYTES);
    }
  });

  it('is a pipe of its own for each run file on Windows', () => {
    const windows = { platform: 'win32' as const, uid: 0 };
    const [place] = superviseSocketPlaces('C:\\a\\running.json', windows);
    expect(place?.path).toMatch(/^\\\\\.\\pipe\\ao-supervise-[0-9a-f]{24}$/);
    expect(superviseSocketPlaces('C:\\b\\running.json', windows)[0]?.path).not.toBe(place?.path);
  });
});

function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.resume());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}
