/** What Windows wants otherwise, as far as it can be told without one. */
import { win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareListenPath } from './listen-path.ts';
import { candidatesOf, isNamedPipe, pickWindowsVariables, ptyTraits, recallSignal, toPipePath } from './windows.ts';

describe('a pty host on Windows', () => {
  it('listens on a pipe of its own, which is no file', async () => {
    expect(toPipePath('0a1b2c')).toBe('\\\\.\\pipe\\ao-0a1b2c');
    expect([isNamedPipe(toPipePath('x')), isNamedPipe('/data/ptyhost/x.sock'), isNamedPipe('C:\\pipe')]).toEqual([true, false, false]);
    const place = { platform: 'win32', uid: -1, directory: 'C:\\data\\ptyhost', id: '0a1b2c' } as const;
    expect(await prepareListenPath(place)).toBe(toPipePath('0a1b2c'));
    // A record is resolved against the registry's folder; a pipe stays what it is by either rule.
    expect(win32.resolve('C:\\data\\ptyhost', toPipePath('0a1b2c'))).toBe(toPipePath('0a1b2c'));
  });

  it('takes over what a program there cannot start without, in whatever case it is written, and elsewhere nothing', () => {
    const env = { SystemRoot: 'C:\\Windows', Path: 'C:\\bin', PATHEXT: '.EXE', SECRET: 's', windir: undefined };
    expect(pickWindowsVariables('win32', env)).toEqual({ SystemRoot: 'C:\\Windows', PATHEXT: '.EXE' });
    expect(pickWindowsVariables('linux', env)).toEqual({});
  });

  it('is given text by its terminal and types through node-pty; elsewhere both are bytes and a descriptor', () => {
    expect(ptyTraits('win32')).toEqual({ output: 'text', input: 'node-pty' });
    expect([ptyTraits('linux'), ptyTraits('darwin')]).toEqual(Array(2).fill({ output: 'bytes', input: 'descriptor' }));
    expect([recallSignal('win32'), recallSignal('darwin')]).toEqual([null, 'SIGUSR2']);
  });

  it('finds programs as each system does', () => {
    const path = { Path: 'C:\\a;C:\\b', PATHEXT: '.EXE;.CMD' };
    expect(candidatesOf('win32', 'claude', path)).toEqual([
      'C:\\a\\claude.EXE',
      'C:\\a\\claude.CMD',
      'C:\\b\\claude.EXE',
      'C:\\b\\claude.CMD',
    ]);
    expect(candidatesOf('win32', 'C:\\x\\run.bat', {})).toEqual(['C:\\x\\run.bat']);
    expect(candidatesOf('linux', 'claude', { PATH: '/a:/b', Path: '/c' })).toEqual(['/a/claude', '/b/claude']);
    expect(candidatesOf('linux', './run', { PATH: '/a' })).toEqual(['./run']);
  });
});
