/** What to send to the user's terminal so that it shows the next picture: only what differs from the last one. Pure. */
import type { WindowPicture } from '../../adapters/screen/screen-window.ts';

/** Everything that `WindowPicture.modes` may turn on, off. */
const PLAIN_MODES = '\x1b[?1l\x1b>\x1b[?2004l\x1b[?1004l\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1016l\x1b[0 q';

/** The user's own screen, with what scrolled off it, waits behind the alternate one. A character too wide must not wrap. */
export const ENTER = '\x1b[?1049h\x1b[?7l\x1b[0m\x1b[H\x1b[2J';
export const LEAVE = `\x18${PLAIN_MODES}\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l`;

/** `last` is `null` where what is shown cannot be told: all is drawn. `''` where there is nothing to do. */
export function paint(last: WindowPicture | null, next: WindowPicture): string {
  const count = Math.max(last?.rows.length ?? 0, next.rows.length);
  let rows = '';
  for (let row = 0; row < count; row += 1) {
    const text = next.rows[row] ?? '';
    if (last === null || (last.rows[row] ?? '') !== text) rows += `\x1b[${row + 1}H\x1b[2K${text}`;
  }
  const modes = last?.modes === next.modes ? '' : PLAIN_MODES + next.modes;
  const { cursor } = next;
  const stays = last !== null && last.cursor?.row === cursor?.row && last.cursor?.col === cursor?.col;
  if (rows === '' && modes === '' && stays) return '';
  const clear = last === null ? '\x1b[2J' : '';
  const place = cursor === null ? '' : `\x1b[${cursor.row + 1};${cursor.col + 1}H\x1b[?25h`;
  return `\x1b[?2026h\x1b[?25l\x1b[0m${clear}${rows}${modes}${place}\x1b[?2026l`;
}

/** One row in reverse over the whole width, cut where there is no room. */
export function toBanner(text: string, cols: number): string {
  return `\x1b[7m${text.slice(0, cols).padEnd(cols)}\x1b[0m`;
}
