/**
 * `ao attach`: a session's terminal in this one. The page's own link to the daemon, with a window on a screen model instead of
 * xterm.js in a page. Over daemons that end and come back it stays; leaving it ends nothing but itself.
 */
import { openScreenWindow } from '../../adapters/screen/screen-window.ts';
import { TERMINAL_LIMITS } from '../../contract/socket.ts';
import { PROTOCOL_VERSION } from '../../contract/version.ts';
import { AppError } from '../../core/errors.ts';
import { sightDaemon } from '../../launcher/sighting.ts';
import type { AttachPhase } from '../../terminal-client/attach-state.ts';
import type { InputRest } from '../../terminal-client/input-sequencer.ts';
import { createTerminalLink } from '../../terminal-client/terminal-link.ts';
import { type Found, openDaemonLine } from '../attach/daemon-line.ts';
import { createDetachWatch, DEFAULT_DETACH_KEYS, type DetachKeys, parseDetachKeys } from '../attach/detach-keys.ts';
import { ENTER, LEAVE, toBanner } from '../attach/paint.ts';
import { createPainter } from '../attach/painter.ts';
import { connect, fromClientError } from '../client.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { readCredential } from '../credential.ts';
import type { OwnTerminal } from '../own-terminal.ts';
import { toPlain } from '../table.ts';

export type AttachOptions = { readonly readOnly: boolean; readonly detachKeys?: DetachKeys };

type End =
  | { readonly kind: 'detached' }
  | { readonly kind: 'exited'; readonly exitCode: number | null }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'failed'; readonly error: AppError };

/** How long the line that names the way out stays where nobody types. Milliseconds. */
const HINT_MS = 5_000;

export async function attach(context: CliContext, ref: string, options: AttachOptions): Promise<VerbResult> {
  const terminal = context.findTerminal();
  if ('missing' in terminal) throw noTerminal(ref, terminal.missing);
  const id = await resolve(context, ref);
  const keys = options.detachKeys ?? parseDetachKeys(DEFAULT_DETACH_KEYS);
  const asked = context.untilSignal(['SIGINT', 'SIGTERM', 'SIGHUP']);
  const end = await follow({ id, keys, terminal, asked, access: options.readOnly ? 'read-only' : 'full', find: () => find(context) });
  switch (end.kind) {
    case 'failed':
      throw end.error;
    case 'detached':
      return { value: { session: id, end: 'detached' }, text: `Detached from ${id}; it goes on. Back: ao attach ${id}` };
    case 'signal':
      return { value: { session: id, end: end.signal }, text: `Detached from ${id} by ${end.signal}; it goes on.`, verdict: 'bad' };
    case 'exited': {
      const how = end.exitCode === null ? 'was ended by a signal' : `exited with ${end.exitCode}`;
      return { value: { session: id, end: 'exited', exitCode: end.exitCode }, text: `${id} ${how}. Its last screen: ao logs ${id}` };
    }
  }
}

async function resolve(context: CliContext, ref: string): Promise<string> {
  try {
    return (await (await connect(context)).sessions.get.query({ id: ref })).id;
  } catch (caught) {
    // Known in this bundle only.
    throw fromClientError(caught) ?? caught;
  }
}

type FollowDeps = {
  readonly id: string;
  readonly keys: DetachKeys;
  readonly access: 'full' | 'read-only';
  readonly terminal: OwnTerminal;
  readonly asked: Promise<NodeJS.Signals>;
  readonly find: () => Promise<Found>;
};

async function follow({ id, keys, access, terminal, asked, find: findDaemon }: FollowDeps): Promise<End> {
  const wayOut = `Detach: ${keys.label}`;
  let banner: string | null = null;
  let bannerTimer: NodeJS.Timeout | undefined;
  let seeking = 'The connection was cut';
  let phase: AttachPhase['kind'] = 'connecting';
  let lost: string | null = null;
  let missedKeys = 0;
  let settle: (end: End) => void = () => undefined;
  const ended = new Promise<End>((resolve) => {
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
      if (size.rows < rows) shown[size.rows] = toFootnote({ size, cols, access });
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
    find: findDaemon,
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

  const watch = createDetachWatch(keys);
  function onKeys(data: Uint8Array): void {
    const { typed, verdict } = watch.feed(data);
    if (typed.length > 0) type(typed);
    if (verdict === 'detach') settle({ kind: 'detached' });
  }
  function type(typed: Uint8Array): void {
    if (access === 'read-only') return say(`Read-only: nothing was typed. ${wayOut}`, HINT_MS);
    if (link.type(typed) === 'locked') missedKeys += typed.length;
    else if (banner !== null) say(null);
  }

  try {
    terminal.open(
      {
        onKeys,
        onResize() {
          painter.afresh();
          link.claimSize('changed');
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
    link.close();
    line.close();
    view.close();
    terminal.restore();
  }
}

/** Under a terminal that is smaller than this one. */
function toFootnote({
  size,
  cols,
  access,
}: {
  readonly size: { cols: number; rows: number };
  readonly cols: number;
  readonly access: string;
}): string {
  const how = access === 'full' ? '; type to take it' : '';
  return `\x1b[2m${`${size.cols}×${size.rows}, sized by another viewer${how}`.slice(0, cols)}\x1b[0m`;
}

function describeLoss({ unconfirmedBytes, unsentBytes }: InputRest): string {
  return unconfirmedBytes > 0
    ? `The connection was cut while you typed: the last ${unconfirmedBytes + unsentBytes} characters may not have arrived.`
    : `The connection was cut: the last ${unsentBytes} characters were not sent.`;
}

const AWAY = {
  stopped: 'No daemon runs (`ao start` starts it)',
  stale: 'The daemon has ended (`ao start` starts it)',
  unhealthy: 'The daemon does not answer',
  starting: 'The daemon is starting',
  stopping: 'The daemon is stopping',
} as const;

async function find(context: CliContext): Promise<Found> {
  const { dataDir, runFile } = locate(context);
  const sighting = await sightDaemon(runFile);
  if (sighting.state !== 'ready') return { why: AWAY[sighting.state] };
  if (sighting.health.protocol !== PROTOCOL_VERSION) return { why: 'The daemon has another version now (leave, and attach again)' };
  try {
    return { port: sighting.entry.port, credential: readCredential(dataDir, context.env) };
  } catch (caught) {
    return { why: caught instanceof Error ? toPlain(caught.message) : 'The credential cannot be read' };
  }
}

function noTerminal(ref: string, missing: string): AppError {
  return new AppError({
    code: 'BAD_INPUT',
    message: `\`ao attach\` shows a terminal and takes its keys, and ${missing} is no terminal.`,
    hint: `Run it in a terminal. In a script: \`ao logs ${ref}\` prints the screen, \`ao send ${ref} "…"\` writes.`,
  });
}

function gone(id: string, why: string): AppError {
  return new AppError({
    code: 'SESSION_NOT_LIVE',
    message: `${why.replace(/\.$/, '')}.`,
    hint: `\`ao get ${id}\` shows how the session stands.`,
  });
}
