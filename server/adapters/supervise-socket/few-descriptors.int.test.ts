import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually, makeTempDir } from '../../testing/resources.ts';

const CHILD = fileURLToPath(new URL('./few-descriptors.child.ts', import.meta.url));

/** What a client reads before its connection ends, or within the first line. */
function dial(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

it('L5, I7: with no descriptors left a client is dropped uncounted, and the next one counts when there are some again', async () => {
  await using dir = await makeTempDir();
  const script = 'ulimit -n 64; exec "$0" --import tsx "$1" "$2"';
  const child = spawn('/bin/sh', ['-c', script, process.execPath, CHILD, join(dir.path, 'running.json')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    const said = (line: string): Promise<true> =>
      eventually(`the child says ${line}`, () => lines.includes(line) || child.exitCode !== null);
    const path = join(dir.path, 'supervise.sock');
    await said(`bound ${path}`);
    expect(JSON.parse(await dial(path))).toMatchObject({ counted: true });
    await said('left');

    child.stdin.write('exhaust\n');
    await said('exhausted');
    lines.length = 0;
    expect(await dial(path)).toBe('');
    expect(lines).not.toContain('joined');
    expect(child.exitCode).toBeNull();

    child.stdin.write('free\n');
    await said('freed');
    const answer = await eventually('a client is counted again', async () => (await dial(path)) || null);
    expect(JSON.parse(answer)).toMatchObject({ counted: true });
  } finally {
    child.kill('SIGKILL');
  }
});
