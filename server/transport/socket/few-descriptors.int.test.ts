import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Browser } from '../../testing/http-daemon.ts';
import { eventually } from '../../testing/resources.ts';
import { openTab } from '../../testing/tab.ts';

const CHILD = fileURLToPath(new URL('./few-descriptors.child.ts', import.meta.url));

it('L5, I7: with no descriptors left a tab is not counted and is not told so; it counts by itself when there are some again', async () => {
  const child = spawn('/bin/sh', ['-c', 'ulimit -n 96; exec "$0" --import tsx "$1"', process.execPath, CHILD], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  // Whole lines: one may come in two pieces.
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const said = (start: string): Promise<string> =>
    eventually(`the child says ${start}`, () => lines.find((line) => line.startsWith(start)) ?? (child.exitCode !== null && 'gone'));
  const holders = async (): Promise<string> => {
    lines.length = 0;
    child.stdin.write('holders\n');
    return await said('holders');
  };
  try {
    const { port, browser } = JSON.parse((await said('ready')).slice('ready '.length)) as { port: number; browser: Browser };
    child.stdin.write('exhaust\n');
    await said('exhausted');

    const tab = openTab(port, browser, { reconnection: 'on' });
    await eventually('it has tried more than once', () => tab.refusals.length > 2);
    expect(tab.verdicts).toEqual([]);
    expect(await holders()).toBe('holders 0');
    expect(child.exitCode).toBeNull();

    child.stdin.write('free\n');
    await said('freed');
    await tab.hears('counted');
    expect(tab.verdicts).toEqual(['counted']);
    expect(await holders()).toBe('holders 1');
    tab.socket.disconnect();
  } finally {
    child.kill('SIGKILL');
  }
});
