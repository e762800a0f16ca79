import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RuntimeHandle, SessionId } from '../../../core/ids.ts';
import { toHostEnvironment } from '../host-environment.ts';
import { toPasteText } from '../message-text.ts';
import { chooseSocketPath } from '../socket-path.ts';
import { endOfKey, isCut } from './attach-pty.ts';
import { type ControlBlock, createControlParser, cutAtMarks } from './control-protocol.ts';
import { parseHandle, toHandle } from './handles.ts';
import { isNewEnough, toInstallHint } from './installed.ts';
import { inexpressibleNames } from './launch-text.ts';
import { isTagged, parsePanes, toProbe } from './panes.ts';
import { escapeFormat, quoteForShell, toControlLine, toProcessArguments } from './quoting.ts';
import { parseServerRecords } from './server-record.ts';

const LAUNCH = '22222222-2222-4222-8222-222222222222';
const INSTANCE = '11111111-1111-4111-8111-111111111111';

it('T1: knows where input may be interrupted without cutting a key', () => {
  const data = Buffer.from('a世b\u001b[201~after a while, c');
  const cuts = [...data.keys()].filter((at) => isCut(data, at));
  // Within the character, and for a while after the escape.
  expect(cuts.slice(0, 2)).toEqual([2, 3]);
  expect(cuts.slice(2)).toEqual(Array.from({ length: cuts.length - 2 }, (_, n) => 6 + n));
  expect(cuts.at(-1)).toBe(5 + 16);
  expect([endOfKey(data, 1), endOfKey(data, 2), endOfKey(data, 7), endOfKey(data, data.length)]).toEqual([1, 4, 22, data.length]);
  expect(endOfKey(Buffer.from('\u001b[A'), 1)).toBe(3);
});

it('S6: no argument with a control character gets near tmux, by either way', () => {
  for (const character of ['\n', '\r', '\0', '\u001b', '\u007f', '\u009b', '\t']) {
    expect(() => toControlLine([['display-message', `a${character}kill-server`]])).toThrow();
    expect(() => toProcessArguments([['display-message', `a${character}b`]])).toThrow();
  }
});

it('S6: an argument is one word of the control channel, whatever is in it', () => {
  expect(toControlLine([['set-option', '-t', '=app-1:', '@x', `it's; "$HOME" #{pid}`], ['list-panes']])).toBe(
    `set-option '-t' '=app-1:' '@x' 'it'\\''s; "$HOME" #{pid}' ; list-panes`,
  );
  expect(toProcessArguments([['a', 'b;'], ['c']])).toEqual(['a', 'b\\;', ';', 'c']);
  expect(escapeFormat('/a/#(touch x)#{y}')).toBe('/a/##(touch x)##{y}');
});

it('S6: sh reads back exactly what was quoted for it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0')),
      (text) => {
        expect(execFileSync('/bin/sh', ['-c', `printf %s ${quoteForShell(text)}`], { encoding: 'utf8' })).toBe(
          Buffer.from(text).toString('utf8'),
        );
      },
    ),
    { numRuns: 60 },
  );
});

it('leaves out of the environment only what sh has no name for', () => {
  expect(inexpressibleNames({ A: '', _b1: '', 'BASH_FUNC_x%%': '', 'npm_config_//r/:_authToken': '', '1A': '', 'a-b': '' })).toEqual([
    'BASH_FUNC_x%%',
    'npm_config_//r/:_authToken',
    '1A',
    'a-b',
  ]);
});

it('cuts the channel into blocks, and a line that only looks like an end is part of its block', () => {
  const blocks: ControlBlock[] = [];
  const { take } = createControlParser((block) => blocks.push(block));
  for (const line of [
    '%session-changed $0 x',
    '%begin 1 2 0',
    '%end 1 2 0',
    '%begin 5 7 1',
    '%end 5 8 1',
    '%begin x',
    'text',
    '%end 5 7 1',
    '%begin 6 8 1',
    'no such',
    '%error 6 8 1',
    '%exit',
  ])
    take(line);
  expect(blocks).toEqual([
    { outcome: 'end', to: 'attach', lines: [] },
    { outcome: 'end', to: 'us', lines: ['%end 5 8 1', '%begin x', 'text'] },
    { outcome: 'error', to: 'us', lines: ['no such'] },
  ]);
});

const MARK = '33333333-3333-4333-8333-333333333333';
/** As tmux prints the block of a command, with what may be said around it. */
const block = (number: number, lines: readonly string[], end = 'end'): string[] => [
  `%begin 5 ${number} 1`,
  ...lines,
  `%${end} 5 ${number} 1`,
  '%session-renamed $1 x',
];

it('S6: gives back exactly what panes show, whatever of the channel they imitate', () => {
  const imitation = fc.oneof(
    fc.tuple(fc.constantFrom('begin', 'end', 'error', 'exit'), fc.nat(12)).map(([word, number]) => `%${word} 5 ${number} 1`),
    fc.constantFrom('', 'ao-done-1', `${MARK} `, MARK.slice(1), '%session-renamed $1 x'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.array(imitation, { minLength: 1 }), { minLength: 1, maxLength: 4 }), (shown) => {
      const marked = [[MARK], ...shown.flatMap((lines) => [lines, [MARK]])].flatMap((lines, index) => block(index, lines));
      const before = ['%end 5 0 1', ...block(99, [])];
      expect(cutAtMarks([...before, ...marked, '%begin 5 98 1'], MARK, shown.length)).toEqual({
        outcome: 'ok',
        texts: shown.map((lines) => lines.join('\n')),
      });
    }),
  );
});

it('says which failure ended a list of captures', () => {
  const lines = [...block(1, [MARK]), ...block(2, ['%error 5 4 1']), ...block(3, [MARK]), ...block(4, ['no such', 'pane'], 'error')];
  expect(cutAtMarks([...lines, '%begin 5 5 1'], MARK, 2)).toEqual({ outcome: 'error', message: 'no such pane' });
  expect(cutAtMarks(block(4, ['no such pane'], 'error'), MARK, 1)).toEqual({ outcome: 'error', message: 'no such pane' });
  expect(cutAtMarks([], MARK, 1)).toMatchObject({ outcome: 'error' });
});

const context = { nowMs: 99, processRuns: () => false };
const line = (numbers: string, tags: string, name: string): string => `${numbers}|0|24|7|${tags}|${name}`;

it('reads a pane as alive, exited by code or signal, or as one whose end is not known yet', () => {
  const tags = `${INSTANCE}|app-1|${LAUNCH}`;
  const rows = parsePanes([
    line('10|0|||', tags, 'app-1'),
    line('11|1|3||1700000000', tags, 'app-2'),
    line('12|1||9|1700000000', tags, 'app-3'),
    line('13|1||KILL|', tags, 'app-4'),
    line('14|1|||', tags, 'app-5'),
  ]);
  const probeOf = (name: string) => toProbe(rows.get(name) as NonNullable<ReturnType<typeof rows.get>>, context);
  expect(probeOf('app-1')).toEqual({ state: 'alive', pid: 10, tags: { instanceId: INSTANCE, sessionId: 'app-1', launchId: LAUNCH } });
  expect(probeOf('app-2')).toMatchObject({ state: 'exited', exit: { code: 3, signal: null, atMs: 1_700_000_000_000 } });
  expect(probeOf('app-3')).toMatchObject({ exit: { code: null, signal: 'SIGKILL' } });
  expect(probeOf('app-4')).toMatchObject({ exit: { code: null, signal: 'SIGKILL', atMs: 99 } });
  expect(probeOf('app-5')).toMatchObject({ state: 'unknown' });
  expect(toProbe(rows.get('app-5') as never, { ...context, processRuns: () => true })).toMatchObject({ state: 'alive', pid: 14 });
});

it('takes no nonsense for a tag, and never overlooks a session for it', () => {
  const rows = parsePanes([
    line('10|0|||', '||', 'app-1'),
    line('11|0|||', 'x|y|z', 'app-2'),
    line('12|0|||', `${INSTANCE}|a|b|c|${LAUNCH}`, 'app-3'),
    '',
    'junk',
  ]);
  expect([...rows.keys()]).toEqual(['app-1', 'app-2', 'app-3']);
  expect(rows.get('app-1')?.tags).toEqual({ instanceId: null, sessionId: null, launchId: null });
  expect([...rows.values()].map(isTagged)).toEqual([false, true, false]);
  expect(rows.get('app-2')?.tags).toEqual({ instanceId: null, sessionId: 'y', launchId: null });
});

it('parses the handles it makes and no others', () => {
  const handle = toHandle('/a:b/s.sock', 'app-1' as SessionId, 3);
  expect(handle).toBe('/a:b/s.sock:app-1_3');
  expect(parseHandle(handle)).toEqual({ socket: '/a:b/s.sock', name: 'app-1_3' });
  for (const bad of [
    '',
    ':app-1',
    'rel/s.sock:app-1',
    '/s.sock',
    '/s.sock:',
    '/s.sock:a b',
    '/s.sock:=a',
    '/s.sock:a;b',
    '/s.sock:-a',
    '/s.sock:A',
    `/s.sock:${'a'.repeat(81)}`,
  ]) {
    expect([bad, parseHandle(bad as RuntimeHandle)]).toEqual([bad, null]);
  }
});

it('L2: chooses the socket by the bytes of its path, not its characters', () => {
  const choose = (dir: string): string => chooseSocketPath(`${dir}/tmux/s.sock`, { key: dir, uid: 7 });
  expect(choose(`/${'a'.repeat(87)}`)).toBe(`/${'a'.repeat(87)}/tmux/s.sock`);
  expect(choose(`/${'a'.repeat(88)}`)).toMatch(/^\/tmp\/ao-7\/[0-9a-f]{24}\.sock$/);
  expect(choose(`/${'é'.repeat(50)}`)).toMatch(/^\/tmp\/ao-7\//);
  expect(choose(`/${'é'.repeat(50)}`)).not.toBe(choose(`/${'é'.repeat(51)}`));
});

it('takes only sound records from the server file', () => {
  const sound = { socket: '/s', pid: 5, startedAt: '1', bootId: 'b' };
  const records = [sound, { ...sound, pid: '5' }, { ...sound, pid: 1 }, { ...sound, bootId: null }, null, 3];
  expect(parseServerRecords(JSON.stringify({ servers: records }))).toEqual([sound]);
  expect(parseServerRecords('[]')).toEqual([]);
  expect(() => parseServerRecords('{"serv')).toThrow();
});

it('L6: gives the server a UTF-8 locale and nothing that is not its business, $TMUX least of all', () => {
  expect(toHostEnvironment({ PATH: '/p', HOME: '/h', LANG: 'C', TMUX: 'x', AO_OWNER: 'app', SECRET: 's', TZ: '' }, '/d')).toEqual({
    AO_DATA_DIR: '/d',
    LANG: 'C.UTF-8',
    PATH: '/p',
    HOME: '/h',
  });
  expect(toHostEnvironment({ LANG: 'de_DE.utf8' }, '/d')['LANG']).toBe('de_DE.utf8');
});

it('T8: takes the end-of-paste sequence and control characters out of a message, and leaves text, tabs and line ends', () => {
  expect(toPasteText('a\u001b[201~b\u009b201~c\u0003d\u0000e\u007f\tf\r\ng é 世界 🦜')).toBe('abcde\tf\r\ng é 世界 🦜');
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\u001b', '[', '2', '0', '1', '~', '\u009b', 'x') }),
      (text) => !/(?:\u001b\[|\u009b)201~/.test(toPasteText(text)),
    ),
  );
});

it('knows the tmux versions that will do, and how to install one', () => {
  for (const said of ['tmux 3.3', 'tmux 3.3a', 'tmux 3.10', 'tmux 4.0', 'tmux next-3.7', 'tmux openbsd-7.4', 'tmux master'])
    expect([said, isNewEnough(said)]).toEqual([said, true]);
  for (const said of ['tmux 3.2a', 'tmux 2.9', 'tmux 1.8', 'nonsense', '']) expect([said, isNewEnough(said)]).toEqual([said, false]);
  expect(toInstallHint('darwin', '')).toContain('brew install tmux');
  expect(toInstallHint('linux', 'ID=ubuntu\nID_LIKE=debian\n')).toContain('sudo apt-get install tmux');
  expect(toInstallHint('linux', 'NAME="Fedora Linux"\nID=fedora\n')).toContain('sudo dnf install tmux');
  expect(toInstallHint('linux', 'ID=manjaro\nID_LIKE=arch\n')).toContain('sudo pacman -S tmux');
  expect(toInstallHint('linux', '')).toContain('your package manager');
});
