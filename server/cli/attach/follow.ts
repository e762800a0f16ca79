/**
 * Stays with one session's terminal until it is left: the page's own link to the daemon, with a window on a screen model instead of
 * xterm.js in a page, over daemons that end and come back. What happens meanwhile is said on the top row.
 */
import { openScreenWindow } from '../../adapters/screen/screen-window.ts';
import { TERMINAL_LIMITS } from '../../contract/socket.ts';
import { AppError } from '../../core/errors.ts';
import type { TerminalWatchers, ViewerAccess } from '../../core/terminal/watchers.ts';
import type { AttachPhase } from '../../terminal-client/attach-state.ts';
import type { InputRest } from '../../terminal-client/input-sequencer.ts';
import { createTerminalLink } from '../../terminal-client/terminal-link.ts';
import type { OwnTerminal } from '../own-terminal.ts';
import { describeCompany, describeKeyboard, nameSizer } from './company.ts';
import { type Found, openDaemonLine } from './daemon-line.ts';
import { createKeyWatch, type DetachKeys } from './detach-keys.ts';
import { ENTER, LEAVE, toBanner } from './paint.ts';
import { createPainter } from './painter.ts';

export type FollowEnd =
  | { readonly kind: 'detached' }
  | { readonly kind: 'exited'; readonly exitCode: number | null }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'failed'; readonly error: AppError };

/** How long the line that names the way out stays where nobody types. Milliseconds. */
const HINT_MS = 5_000;
/** A window that is dragged changes its size all the time; the program is told once it rests. Milliseconds. */
const SIZE_REST_MS = 100;

export type FollowDeps = {
  readonly id: string;
  readonly keys: DetachKeys;
  readonly access: ViewerAccess;
  readonly terminal: OwnTerminal;
  readonly asked: Promise<NodeJS.Signals>;
  readonly find: () => Promise<Found>;
};

export async function follow({ id, keys, access, terminal, asked, find }: FollowDeps): Promise<FollowEnd> {
  const wayOut = `Detach: ${keys.label}`;
  let banner: string | null = null;
  let bannerTimer: NodeJS.Timeout | undefined;
  let sizeTimer: NodeJS.Timeout | undefined;
  let seeking = 'The connection was cut';
  let phase: AttachPhase['kind'] = 'connecting';
  let lost: string | null = null;
  let missedKeys = 0;
  let watchers: TerminalWatchers | null = null;
  let company = '';
  let settle: (end: FollowEnd) => void = () => undefined;
  const ended = new Promise<FollowEnd>((resolve) => {
    settle = resolve;
  });

  const room = () => {
    const { cols, rows } = terminal.size();
    const { minCols, maxCols, minRows, maxRows } = TERMINAL_LIMITS;
    return { cols: Math.min(maxCols, Math.max(minCols, cols)), rows: Math.min(maxRows, Math.max(minRows, rows)) };
  };
  const view = openScreenWindow(room(), { onBell: () => terminal.write('\x07', () => undefined) });
  const painter = createPainter({
    terminal,
    picture() {
      const { cols, rows } = room();
      const picture = view.draw({ cols, rows });
      const shown = [...picture.rows];
      const size = view.size();
      if (size.rows < rows) shown[size.rows] = toFootnote(size, watchers).slice(0, cols).replace(/.+/, '\x1b[2m$&\x1b[0m');
      if (banner !== null) shown[0] = toBanner(banner, cols);
      return { ...picture, rows: shown };
    },
  });
  const say = (text: string | null, forMs?: number): void => {
    clearTimeout(bannerTimer);
    banner = text;
    if (forMs !== undefined) bannerTimer = setTimeout(() => say(null), forMs);
    painter.soon();
  };
  const sayAway = (): void => say(`${seeking}; ${id} goes on. Waiting for the daemon … ${wayOut}`);

  const line = openDaemonLine({
    find,
    onSeeking(why) {
      seeking = why;
      if (phase !== 'attached') sayAway();
    },
    onRefused: (error) => settle({ kind: 'failed', error }),
  });
  const link = createTerminalLink({
    sessionId: id,
    access,
    wire: line.wire,
    clock: {
      nowMs: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    screen: {
      room: () => ({ ...room(), visible: true }),
      resize: (cols, rows) => {
        view.resize({ cols, rows });
        painter.soon();
      },
      replay: (data, done) => view.replay(data, drawn(done)),
      write: (data, done) => view.write(data, drawn(done)),
    },
    onState: ({ phase: next }) => enter(next),
    onWatchers: (next) => hearWatchers(next),
    onInputRefused: () => undefined,
    onInputCut: (rest) => {
      lost = describeLoss(rest);
    },
  });
  const drawn = (done: () => void) => () => {
    painter.soon();
    done();
  };

  function enter(next: AttachPhase): void {
    phase = next.kind;
    switch (next.kind) {
      case 'connecting':
        return;
      case 'attached': {
        const missed = missedKeys === 0 ? [] : ['What you typed meanwhile was not sent.'];
        const news = lost === null ? missed : [lost, ...missed];
        const hello = access === 'full' ? `Attached to ${id}.` : `Looking at ${id}, read-only.`;
        [lost, missedKeys] = [null, 0];
        return say([...(news.length === 0 ? [hello] : news), wayOut].join(' '), HINT_MS);
      }
      case 'reconnecting':
        seeking = next.why;
        return sayAway();
      case 'exited':
        return settle({ kind: 'exited', exitCode: next.exitCode });
      case 'gone':
        return settle({ kind: 'failed', error: gone(id, next.why) });
      case 'error':
        return settle({ kind: 'failed', error: new AppError(next.error) });
    }
  }

  function hearWatchers(next: TerminalWatchers | null): void {
    const [before, was] = [watchers?.keyboard.kind, company];
    watchers = next;
    if (next === null) return;
    company = describeCompany(next);
    const { keyboard } = next;
    const news = describeKeyboard(keyboard, keys.keyboard);
    if (news !== null && keyboard.kind !== before) say(news, keyboard.kind === 'kept' ? undefined : HINT_MS);
    else if (keyboard.kind === 'free' && before !== undefined && before !== 'free') say('Everybody may type.', HINT_MS);
    else if (company !== was) say(`${company} ${wayOut}`, HINT_MS);
    painter.soon();
  }

  const watch = createKeyWatch(keys);
  function onKeys(data: Uint8Array): void {
    for (const part of watch.feed(data)) {
      if (part === 'detach') return settle({ kind: 'detached' });
      if (part === 'keyboard') link.keyboard(watchers?.keyboard.kind === 'yours' ? 'release' : 'take');
      else type(part);
    }
  }
  function type(typed: Uint8Array): void {
    if (access === 'read-only') return say(`Read-only: nothing was typed. ${wayOut}`, HINT_MS);
    if (link.type(typed) === 'sent') {
      if (banner !== null) say(null);
    } else if (phase !== 'attached') missedKeys += typed.length;
  }

  try {
    terminal.open(
      {
        onKeys,
        onResize() {
          painter.afresh();
          clearTimeout(sizeTimer);
          sizeTimer = setTimeout(() => link.claimSize('changed'), SIZE_REST_MS);
        },
        onGone: () => settle({ kind: 'signal', signal: 'the end of its terminal' }),
      },
      // Once more where it can be read afterwards.
      { enter: `${access === 'full' ? 'Attached to' : 'Looking at'} ${id}. ${wayOut}\r\n${ENTER}`, leave: LEAVE },
    );
    link.open();
    void asked.then((signal) => settle({ kind: 'signal', signal }));
    return await ended;
  } finally {
    painter.stop();
    clearTimeout(bannerTimer);
    clearTimeout(sizeTimer);
    link.close();
    line.close();
    view.close();
    terminal.restore();
  }
}

/** Under a terminal that is smaller than this one. */
function toFootnote({ cols, rows }: { readonly cols: number; readonly rows: number }, watchers: TerminalWatchers | null): string {
  return `${cols}×${rows}, sized by ${nameSizer(watchers)}`;
}

function describeLoss({ unconfirmedBytes, unsentBytes }: InputRest): string {
  return unconfirmedBytes > 0
    ? `The connection was cut while you typed: the last ${unconfirmedBytes + unsentBytes} characters may not have arrived.`
    : `The connection was cut: the last ${unsentBytes} characters were not sent.`;
}

function gone(id: string, why: string): AppError {
  return new AppError({
    code: 'SESSION_NOT_LIVE',
    message: `${why.replace(/\.$/, '')}.`,
    hint: `\`ao get ${id}\` shows how the session stands.`,
  });
}
