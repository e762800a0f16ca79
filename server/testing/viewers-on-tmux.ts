/** The bench of the viewers' contract on a real tmux: a program that prints what it is told, hubs that come and go, tmux's own word. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ViewersBench } from './contracts/viewers.contract.ts';
import { pictureOf, placeOf } from './picture.ts';
import { eventually } from './resources.ts';
import { makeTmuxStand } from './terminal-stand.ts';
import { openTerminal } from './terminal-viewer.ts';

/** Prints what comes down the socket, and answers with how much that was when its terminal has it. */
const PRINTER = `
  process.stdin.setRawMode(true);
  const line = require('net').connect(process.argv[1]);
  line.on('data', (data) => process.stdout.write(data, () => line.write(data.length + '\\n')));
`;
/** Small, so that viewers are skipped often. */
const WINDOW = { highWaterBytes: 4_096, lowWaterBytes: 1_024 };
const FORMATS = [
  'pane_title',
  'cursor_x',
  'cursor_y',
  'cursor_flag',
  'mouse_all_flag',
  'mouse_button_flag',
  'mouse_standard_flag',
  'pane_width',
  'pane_height',
];

/** Of the modes that a program sets tmux tells all but this one, so it is read from what was printed. */
const BRACKETED_PASTE = /\x1b(?:c|\[\?2004([hl]))/g;

export async function makeTmuxViewersBench(): Promise<ViewersBench> {
  const stand = await makeTmuxStand(WINDOW);
  const path = join(stand.harness.cwd, 'printer');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  await stand.run('app-1', [process.execPath, '-e', PRINTER, path]);
  const [line] = await connected;
  let [said, printed, answer] = ['', 0, ''];
  line.on('data', (data) => {
    const counts = (answer + data.toString()).split('\n');
    answer = counts.pop() ?? '';
    for (const count of counts) printed += Number(count);
  });

  return {
    async say(data) {
      if (data.length === 0) return;
      said += data.toString('latin1');
      line.write(data);
      await eventually('the program could print', () => printed === said.length, { everyMs: 1 });
    },
    view: (options) => stand.view('app-1', options),
    crash: stand.crash,
    async word(mark, blanks) {
      const asked = FORMATS.map((name) => `#{${name}}`).join('|');
      const both = `display-message -p -t =app-1: ${asked} ; capture-pane -e -N -p -t =app-1:`;
      const { stdout } = await stand.harness.tmux(...both.split(' '));
      const [facts = '', ...lines] = stdout.replace(/\n$/, '').split('\n');
      const [title, ...rest] = facts.split('|');
      if (title !== mark) return null;
      const [x = 0, y = 0, cursor, all, button, standard, cols = 0, rows = 0] = rest.map(Number);
      const terminal = openTerminal({ cols, rows });
      // Line drawing is told as characters of the other set.
      await new Promise<void>((resolve) => terminal.write(`\x1b)0${lines.join('\r\n')}`, resolve));
      return {
        rows: pictureOf(terminal, blanks).rows,
        // Made smaller, tmux leaves the cursor of an alternate screen where it was, outside, and does not show it.
        cursor: cursor === 0 || x > cols || y >= rows ? 'hidden' : placeOf({ x, y, cols }),
        mouse: all === 1 ? 'any' : button === 1 ? 'drag' : standard === 1 ? 'vt200' : 'none',
        bracketedPaste: [...said.matchAll(BRACKETED_PASTE)].at(-1)?.[1] === 'h',
      };
    },
    stream: () => stand.oracle(),
    async redraw() {
      const { stdout } = await stand.harness.tmux('list-clients', '-F', '#{client_control_mode} #{client_name}');
      for (const line of stdout.split('\n')) if (line.startsWith('0 ')) await stand.harness.tmux('refresh-client', '-t', line.slice(2));
    },
    async [Symbol.asyncDispose]() {
      line.destroy();
      server.close();
      await stand[Symbol.asyncDispose]();
    },
  };
}
