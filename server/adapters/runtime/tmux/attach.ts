/**
 * The live view of a session: one `tmux attach` in a pseudoterminal (PERF §2). tmux draws the screen with all its modes at each
 * attach, conflates where it is not read, and goes on without us: ending this process, or the daemon, ends no session. Never by
 * control mode, which blocks the agent for good when nobody reads.
 */
import type { RuntimeHandle } from '../../../core/ids.ts';
import type { Size } from '../../../core/terminal/size-arbiter.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { Attachment, AttachmentListener } from '../../../ports/terminal.ts';
import { createEndingFilter } from './attach-ending.ts';
import { type ClientPty, openClientPty } from './attach-pty.ts';
import type { Channel } from './channel.ts';
import { hostUnavailable } from './failures.ts';
import { type Place, paneTarget, sessionTarget } from './handles.ts';
import type { Observing } from './observing.ts';
import type { TmuxReply } from './tmux-process.ts';
import type { ViewerRecord } from './viewer-record.ts';

export type AttachDeps = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly channel: Channel;
  readonly observing: Observing;
  readonly viewers: ViewerRecord;
  readonly clock: Clock;
  readonly log: Log;
};

/** A client is drawn 5 ms after its start. */
const ATTACH_LIMIT_MS = 3_000;
/** An echo takes 1 ms. */
const CONFIRM_AFTER_MS = 3;
const ESC = 0x1b;
/**
 * Said for every client, whatever the terminfo entry knows: without RGB, true colour becomes 256 colours. tmux reads no further
 * than the first that it does not know, so what 3.3 does not is last.
 */
const FEATURES = 'RGB,256,bpaste,ccolour,clipboard,cstyle,extkeys,focus,mouse,overline,strikethrough,title,usstyle,hyperlinks';

export function createAttach(deps: AttachDeps): (handle: RuntimeHandle, listener: AttachmentListener) => Promise<Attachment> {
  const { channel, observing, viewers, clock, log } = deps;
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time: each attach notifies every control client of the server. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return await mine;
  }

  async function readSize(place: Place): Promise<Size> {
    const reply = await channel.read(place.socket, [
      ['list-panes', '-t', paneTarget(place.name), '-F', '#{window_width} #{window_height}'],
    ]);
    if (reply.outcome !== 'ok') return await observing.refuse(place, reply);
    const [cols = Number.NaN, rows = Number.NaN] = (reply.text.split('\n')[0] ?? '').split(' ').map(Number);
    if (!Number.isInteger(cols) || !Number.isInteger(rows)) throw hostUnavailable(`it has no size: ${reply.text.trim()}`);
    return { cols, rows };
  }

  async function confirm(place: Place): Promise<void> {
    // tmux reads its terminals and its commands in the same turn: once it has answered, it has what was typed before.
    const reply = await channel.read(place.socket, [['display-message', '-p', '-t', paneTarget(place.name), 'ao-typed']]);
    if (reply.outcome === 'no answer') throw hostUnavailable(reply.why);
  }

  /** One answer for all that was typed shortly before, and not in the way of the echo, which is on its way by then. */
  function createConfirmations(place: Place): () => Promise<void> {
    let next: Promise<void> | null = null;
    return () => {
      next ??= clock.sleep(CONFIRM_AFTER_MS).then(() => {
        next = null;
        return confirm(place);
      });
      return next;
    };
  }

  return (handle, listener) =>
    inTurn(async () => {
      const place = await observing.locate(handle);
      const size = await readSize(place);
      const started = await channel.quietly(() => start({ deps, place, size, listener }));
      if (started.state === 'refused') return await observing.refuse(place, started.reply);
      const { client } = started;
      const confirmed = createConfirmations(place);
      const forget = await viewers.note(client.pid, place.socket);
      log.debug({ session: place.name, pid: client.pid, ...size }, 'attached');
      let ending: Promise<void> | null = null;

      return {
        size,
        screen: null,
        async write(data) {
          try {
            await client.write(data);
          } catch (caught) {
            throw hostUnavailable('its terminal ended before the input was taken', caught);
          }
          await confirmed();
        },
        resize: client.resize,
        pause: client.pause,
        resume: client.resume,
        close() {
          started.mute();
          if (ending === null) {
            // A client that leaves is announced to control clients too.
            ending = channel.quietly(client.end);
            void ending.then(forget);
          }
          return ending;
        },
      };
    });
}

type Started =
  | { readonly state: 'attached'; readonly client: ClientPty; readonly mute: () => void }
  | { readonly state: 'refused'; readonly reply: Exclude<TmuxReply, { outcome: 'ok' }> };

type StartOptions = { readonly deps: AttachDeps; readonly place: Place; readonly size: Size; readonly listener: AttachmentListener };

/** Resolves with the first byte of the picture. What comes before it is what tmux has to say against it. */
async function start({ deps: { env, cwd, clock }, place, size, listener }: StartOptions): Promise<Started> {
  const filter = createEndingFilter();
  let phase: 'starting' | 'attached' | 'over' = 'starting';
  let said = '';
  let settle: (started: 'attached' | 'refused') => void = () => {};
  const settled = new Promise<'attached' | 'refused'>((resolve) => {
    settle = resolve;
  });
  let client: ClientPty;
  try {
    client = await openClientPty({
      args: ['-N', '-u', '-S', place.socket, '-T', FEATURES, 'attach-session', '-E', '-f', 'ignore-size', '-t', sessionTarget(place.name)],
      env: { ...env, COLORTERM: 'truecolor' },
      cwd,
      size,
      clock,
      onData(data) {
        if (phase === 'starting' && said === '' && data[0] === ESC) {
          phase = 'attached';
          settle('attached');
        }
        if (phase === 'starting') said += new TextDecoder().decode(data);
        if (phase !== 'attached') return;
        const shown = filter(data);
        if (shown.length > 0) listener.onData(shown);
      },
      onEnd() {
        if (phase === 'attached') listener.onEnd();
        phase = 'over';
        settle('refused');
      },
    });
  } catch (caught) {
    throw hostUnavailable(`no pseudoterminal: ${caught instanceof Error ? caught.message : String(caught)}`, caught);
  }
  const cancel = clock.after(ATTACH_LIMIT_MS, () => settle('refused'));
  const outcome = await settled;
  cancel();
  if (outcome === 'attached')
    return {
      state: 'attached',
      client,
      mute: () => {
        phase = 'over';
      },
    };
  phase = 'over';
  await client.end();
  const why = said.trim() || `no picture within ${ATTACH_LIMIT_MS} ms`;
  return { state: 'refused', reply: why.startsWith("can't find") ? { outcome: 'error', message: why } : { outcome: 'no answer', why } };
}
