/** The hub on real runtimes: what viewers see is what the host shows, whatever happens on the way. */
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Argv, codeOf, makeSpec, untilState } from '../../testing/contracts/runtime.contract.ts';
import { pictureOf } from '../../testing/picture.ts';
import { eventually } from '../../testing/resources.ts';
import { takeSeat } from '../../testing/seat.ts';
import { WHY } from '../../testing/store-facts.ts';
import { ENDINGS, makeTerminalStand, makeTmuxStand, type Seen, STAND_SIZE } from '../../testing/terminal-stand.ts';

const sh = (script: string): Argv => ['/bin/sh', '-c', script];
const keys = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Counts in colours as fast as it can, until told; then says so on a line of its own. */
const COUNTER = sh(`
  n=0
  trap 'printf "\\033[0m\\033[2J\\033[Hcounted to %s\\n世界 \\033[1;31mdone\\033[m\\n" "$n"; exec cat' USR1
  printf 'pid %s\\n' "$$"
  while :; do n=$((n + 1)); printf '\\033[3%sm%s counting \\033[1mloud\\033[0m ─ 世 \\033[48;5;%smline\\033[0m\\n' $((n % 8)) "$n" $((n % 200)); done
`);

/** A megabyte of each kind that does not end by itself, then three words. Begins when it is told. */
const FLOODS = `
  const say = (text) => new Promise((done) => process.stdout.write(text, done));
  process.stdin.setRawMode(true);
  const floods = async () => {
    await say('no newline '.repeat(90_000));
    await say('e' + '\\u0301'.repeat(100_000));
    await say('\\x1bP1;1q' + '#0~~@@vv'.repeat(130_000) + '\\x1b\\\\');
    await say('\\x1b]2;flood\\x07\\x07\\x1b]9;flood\\x07\\x1b]777;notify;flood;x\\x07'.repeat(10_000));
    await say('\\x1b[m\\x1b[2J\\x1b[Hit is over');
  };
  const steps = [floods, () => say('\\x1b]2;one\\x07\\x07, one more'), () => say(', and quiet')];
  process.stdin.on('data', () => steps.shift()?.());
`;

/** Keeps what it reads; on `g` asks all that a program can ask a terminal, one that is surely answered last. */
const ASKER = `
  const fs = require('fs');
  const file = process.argv[1];
  process.stdin.setRawMode(true);
  fs.writeFileSync(file, 'ready');
  process.stdin.on('data', (data) => {
    fs.appendFileSync(file, data);
    if (data.toString() !== 'g') return;
    process.stdout.write('asked\\x1b[c\\x1b[>c\\x1b[6n\\x1b[>q\\x1b[?u\\x1bP$qm\\x1b\\\\\\x1b[?2026$p\\x1b[5n');
  });
`;

describe.each(['tmux', 'ptyhost'] as const)('the terminal hub on %s', (kind) => {
  it('shows what the host shows: text, cursor, colours, the alternate screen and its modes', async () => {
    await using stand = await makeTerminalStand({ kind });
    const spec = await stand.run(
      'app-1',
      sh(
        String.raw`printf 'plain \033[1;38;2;1;2;3mtrue colour\033[0m 世界\r\n\033[?1049h\033[2;5Hfull screen\033[?2004h\033[?1002h\033[?1006h\033[?25l'; exec cat >/dev/null`,
      ),
    );
    const seen = await stand.view('app-1');
    await stand.untilSame(spec, [seen], 'full screen');
    await eventually(
      'the modes are there',
      () => seen.terminal.modes.bracketedPasteMode && seen.terminal.modes.mouseTrackingMode === 'drag',
    );
    const second = await stand.view('app-1');
    await stand.untilSame(spec, [second]);
    expect(second.terminal.modes).toMatchObject({ bracketedPasteMode: true, mouseTrackingMode: 'drag' });
  });

  it('keeps true colour, the styles of underlines, and lines through and over', async () => {
    await using stand = await makeTerminalStand({ kind });
    await stand.run('app-1', sh(String.raw`printf '\033[38;2;1;2;3;4:3;9;53mX'; exec cat`));
    const seen = await stand.view('app-1');
    await eventually('it is shown', () => seen.text() === 'X');
    expect(pictureOf(seen.terminal, 'told').rows[0]).toBe('⟨struck overlined underlined 3 fg #010203⟩X');
  });

  it('T2, T3: viewers that join anywhere in a flood, and one that does not read, all end with the host’s own screen', async () => {
    await using stand = await makeTerminalStand({ kind, limits: { highWaterBytes: 16_384, lowWaterBytes: 4_096 } });
    const spec = await stand.run('app-1', COUNTER);
    const stuck = await stand.view('app-1', { mode: 'stuck' });
    const seen: Seen[] = [];
    for (let count = 0; count < 8; count += 1) {
      const viewer = await stand.view('app-1');
      const until = viewer.bytes() + randomInt(8_000);
      await eventually('it is flooded', () => viewer.bytes() > until, { everyMs: 1 });
      seen.push(viewer);
    }
    // Some leave and come again, in the middle of it all.
    for (const viewer of seen.splice(0, 4)) {
      viewer.viewer.detach();
      seen.push(await stand.view('app-1'));
    }
    await eventually('there was more than it may have', () => (seen[0]?.bytes() ?? 0) > 40_000);
    const got = stuck.bytes();
    expect(got).toBeLessThan(2 * 16_384);
    process.kill(await stand.programPid(spec), 'SIGUSR1');
    expect(await stand.untilSame(spec, seen, ' done')).toMatch(/^counted to [0-9]+\n世界 done/);
    expect(stuck.bytes()).toBe(got);
    expect(stuck.text()).not.toContain('counted');
    stuck.viewer.ack(1 << 30);
    await stand.untilSame(spec, [...seen, stuck]);
  });

  it('T8: types large pastes of several viewers whole and each in its order', async () => {
    await using stand = await makeTerminalStand({ kind });
    await stand.run('app-1', sh('stty raw -echo; printf ready; head -c 180000 | tr -d b | cksum'));
    const [one, two] = [await stand.view('app-1'), await stand.view('app-1')];
    await eventually('it is raw', () => one.text() === 'ready');
    // The other's bytes come in between, and are taken out again.
    const paste = 'a line of the paste, 32 letters.'.repeat(1_875).replaceAll('b', 'B');
    const typed = [1, 2].map((seq) => one.viewer.input(seq, keys(paste)));
    for (let seq = 1; seq <= 60; seq += 1) typed.push(two.viewer.input(seq, keys('b'.repeat(1_000))));
    await Promise.all(typed);
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', 'printf "%s%s" "$1" "$1" | cksum', 'sh', paste]);
    await eventually('all of it arrived', () => one.text().includes(stdout.trim()));
  });

  it('echoes, drops replies of browsers, and lets keys through', async () => {
    await using stand = await makeTerminalStand({ kind });
    const spec = await stand.run('app-1', sh('exec cat'));
    const seen = await stand.view('app-1');
    await seen.viewer.input(1, keys('\x1b[?1;2c\x1b[>0;276;0c\x1bP>|xterm.js(6.0.0)\x1b\\'));
    await seen.viewer.input(2, keys('grüße 世界'));
    await eventually('it is echoed', () => seen.text() === 'grüße 世界');
    expect(await stand.capture(spec)).toBe('grüße 世界');
  });

  it('T7: has the size of the viewer that types, for the program, for the host and for the other viewer', async () => {
    await using stand = await makeTerminalStand({ kind });
    const spec = await stand.run('app-1', sh('trap "stty size" WINCH; stty size; while :; do read -r line; done'));
    const desktop = await stand.view('app-1', { size: { cols: 120, rows: 40 } });
    const phone = await stand.view('app-1', { size: { cols: 40, rows: 20 } });
    await eventually('the program knows', () => desktop.text().includes('40 120'));
    expect(phone.size()).toEqual({ cols: 120, rows: 40 });
    await phone.viewer.input(1, keys('\r'));
    await eventually('the program knows', () => desktop.text().includes('20 40'));
    expect([desktop.size(), phone.size()]).toEqual([
      { cols: 40, rows: 20 },
      { cols: 40, rows: 20 },
    ]);
    await stand.untilSame(spec, [desktop, phone]);
    for (let turn = 1; turn <= 20; turn += 1) {
      desktop.viewer.resize({ cols: 60 + turn, rows: 20 }, 'visible');
      phone.viewer.resize({ cols: 40 - turn, rows: 20 }, 'visible');
    }
    await eventually('the last one has it', () => desktop.size().cols === 20 && phone.size().cols === 20);
    await stand.untilSame(spec, [desktop, phone]);
  });

  it('keeps the last picture and says the code when the program has exited, and shows it to who comes later', async () => {
    await using stand = await makeTerminalStand({ kind });
    const spec = await stand.run('app-1', sh('read -r line; printf "last words\\n"; sleep 0.1; exit 3'));
    const seen = await stand.view('app-1');
    await seen.viewer.input(1, keys('\r'));
    await eventually('the words are there', () => seen.text().includes('last words'));
    stand.store.sessions.update('app-1' as never, { exit: { code: 3, signal: null, atMs: 1 } }, WHY);
    await eventually('it is told', () => seen.end());
    const late = await stand.view('app-1');
    await eventually('it is told', () => late.end());
    for (const viewer of [seen, late]) {
      expect(viewer.end()).toEqual({ why: 'exited', exitCode: 3 });
      await eventually('the picture is there', () => viewer.text().includes('last words'));
    }
    expect(await stand.capture(spec)).toContain('last words');
  });

  it.each(ENDINGS[kind])('ends as gone, with the last picture as it was, when %s', async (how) => {
    await using stand = await makeTerminalStand({ kind });
    const spec = await stand.run('app-1', sh('printf "the picture\\n"; exec cat'));
    const seen = await stand.view('app-1');
    await eventually('it is shown', () => seen.text() === 'the picture');
    await stand.end(how, spec);
    await eventually('it is told', () => seen.end());
    expect([seen.end(), seen.text()]).toEqual([{ why: 'gone', exitCode: null }, 'the picture']);
  });

  it('L6: ends as gone, with the last picture as it was, when its host is killed', async () => {
    await using stand = await makeTerminalStand({ kind });
    await stand.run('app-1', sh('printf "the picture\\n"; exec cat'));
    const seen = await stand.view('app-1');
    await eventually('it is shown', () => seen.text() === 'the picture');
    await stand.killHost();
    await eventually('it is told', () => seen.end());
    expect([seen.end()?.why, seen.text()]).toEqual(['gone', 'the picture']);
    expect(await codeOf(stand.view('app-1'))).toMatch(/^RUNTIME_(NOT_FOUND|UNAVAILABLE)$/);
  });

  it('T1: a program that is cut off in the middle of everything leaves viewers with the host’s picture', async () => {
    await using stand = await makeTerminalStand({ kind });
    const spec = await stand.run(
      'app-1',
      sh(String.raw`printf '\033[?1049h\033[?1000h\033[?2004h\033[?2026hhalf \033[31mred \xe4\xb8'; kill -KILL $$`),
    );
    const [first, second] = [await stand.view('app-1'), await stand.view('app-1', { size: { cols: 30, rows: 8 } })];
    expect(second.size()).toEqual(STAND_SIZE);
    await stand.untilSame(spec, [first, second], 'half red');
  });
});

describe('the terminal hub on tmux', () => {
  it('T7: a plain tmux attach that types, a hidden viewer that types, and ones that only look leave the size alone', async () => {
    await using stand = await makeTmuxStand();
    const spec = await stand.run('app-1', sh('trap "stty size" WINCH; echo ready; while :; do read -r line && echo "got $line"; done'));
    const desktop = await stand.view('app-1');
    await eventually('it listens', () => desktop.text().includes('ready'));
    desktop.viewer.resize({ cols: 120, rows: 40 }, 'visible');
    await eventually('the program knows', () => desktop.text().includes('40 120'));
    const { PATH = '' } = process.env;
    await using person = takeSeat(['tmux', '-S', stand.harness.socket, 'attach', '-t', '=app-1'], {
      env: { PATH, LANG: 'C.UTF-8' },
      cwd: stand.harness.dataDir,
      size: { cols: 50, rows: 15 },
    });
    await person.sees('40 120');
    person.type('by-hand\r');
    const small = { size: { cols: 30, rows: 10 } };
    const [hidden, silent, onlooker] = [
      await stand.view('app-1', { ...small, visibility: 'hidden' }),
      await stand.view('app-1', small),
      await stand.view('app-1', { ...small, access: 'read-only' }),
    ];
    hidden.viewer.resize({ cols: 31, rows: 11 }, 'hidden');
    await hidden.viewer.input(1, keys('hidden\r'));
    onlooker.viewer.resize({ cols: 32, rows: 12 }, 'visible');
    person.resize({ cols: 60, rows: 18 });
    await eventually('all was typed', () => desktop.text().includes('got by-hand') && desktop.text().includes('got hidden'));
    const { stdout } = await stand.harness.tmux('display-message', '-p', '-t', '=app-1:', '#{window_width}x#{window_height}');
    expect([stdout.trim(), hidden.size(), silent.size(), onlooker.size()]).toEqual(['120x40', ...Array(3).fill({ cols: 120, rows: 40 })]);
    // The program was told its size once.
    expect(desktop.text().match(/^\d+ \d+$/gm)).toEqual(['40 120']);
    await stand.untilSame(spec, [desktop, hidden, silent, onlooker]);
  });

  it('T4: the modes that a killed program left on are over when it is launched again', async () => {
    await using stand = await makeTmuxStand();
    const spec = await stand.run('app-1', sh(String.raw`printf '\033[?1049h\033[?1003h\033[?2004h\033[?25l\033[3;5rleft on'; exec cat`));
    const seen = await stand.view('app-1');
    await eventually('they are on', () => seen.terminal.modes.mouseTrackingMode === 'any' && seen.terminal.modes.bracketedPasteMode);
    process.kill(await stand.programPid(spec), 'SIGKILL');
    await untilState(stand.runtime, spec.handle, 'exited');
    const next = makeSpec(stand.harness, 'app-1', { argv: sh('echo anew; exec cat'), size: STAND_SIZE });
    await stand.runtime.restart(next);
    stand.store.sessions.update('app-1' as never, { launchId: next.launchId }, WHY);
    await eventually('the old view is over', () => seen.end());
    expect(seen.end()).toEqual({ why: 'gone', exitCode: null });
    const again = await stand.view('app-1');
    await stand.untilSame(next, [again]);
    expect(pictureOf(again.terminal, 'told')).toMatchObject({
      rows: expect.arrayContaining(['anew']),
      mouse: 'none',
      bracketedPaste: false,
    });
    expect(pictureOf(again.terminal, 'told').cursor).not.toBe('hidden');
  });

  it('T5: floods without a newline, of combining characters, pictures, titles, bells and notifications leave tmux’s picture', async () => {
    await using stand = await makeTmuxStand();
    const spec = await stand.run('app-1', [process.execPath, '-e', FLOODS, 'x']);
    const seen = await stand.view('app-1');
    const other = await stand.view('app-1', { mode: 'stuck' });
    const told: string[] = [];
    seen.terminal.onBell(() => told.push('bell'));
    seen.terminal.onTitleChange((title) => told.push(title));
    for (const osc of [9, 777]) seen.terminal.parser.registerOscHandler(osc, (data) => told.push(data) > 0);
    await seen.viewer.input(1, keys('\r'));
    await eventually('it is over', async () => (await stand.capture(spec)) === 'it is over', { limitMs: 50_000 });
    // In the flood tmux may skip what it would tell. What it tells of one bell comes before what is drawn after the next key.
    await seen.viewer.input(2, keys('\r'));
    await eventually('one more', () => seen.text().includes('one more'));
    await seen.viewer.input(3, keys('\r'));
    await eventually('quiet', () => seen.text().includes('quiet'));
    other.turn('reading');
    await stand.untilSame(spec, [seen, other]);
    expect(told).toEqual([]);
  });

  it.each([0, 1, 3])(
    'T6: a program’s questions are answered once by tmux with %s viewers that would answer too, and never on replay',
    async (count) => {
      await using stand = await makeTmuxStand();
      const file = join(stand.harness.cwd, 'answers');
      const answers = (): string => (existsSync(file) ? readFileSync(file, 'latin1') : '');
      await stand.run('app-1', [process.execPath, '-e', ASKER, file]);
      await eventually('it has asked', () => answers().includes('ready'));
      const seen = await Promise.all(Array.from({ length: count }, () => stand.view('app-1')));
      // Each answers whatever it is asked, as a browser without our guard would.
      for (const { terminal, viewer } of seen) {
        let seq = 0;
        terminal.onData((data) => void viewer.input((seq += 1), Buffer.from(data, 'latin1')));
      }
      await stand.harness.tmux('send-keys', '-t', '=app-1:', 'g');
      await eventually('the last is answered', () => answers().includes('\x1b[0n'));
      for (let more = 0; more < 2; more += 1) {
        const late = await stand.view('app-1');
        let seq = 0;
        late.terminal.onData((data) => void late.viewer.input((seq += 1), Buffer.from(data, 'latin1')));
        await eventually('the picture is there', () => late.text().includes('asked'));
      }
      await stand.harness.tmux('send-keys', '-t', '=app-1:', 'e');
      await eventually('nothing is on its way any more', () => answers().endsWith('e'));
      expect(answers().replace(/^readyg/, '')).toMatch(
        /^\x1b\[\?[0-9;]+c\x1b\[>[0-9;]+c\x1b\[[0-9]+;[0-9]+R\x1bP>\|tmux [^\x1b]*\x1b\\\x1b\[0ne$/,
      );
    },
  );
});
