/** Looking at sessions' screens, typing into one, and its size. */
import type { RuntimeHandle } from '../../../core/ids.ts';
import type { ScreenText, TerminalSize } from '../../../ports/runtime.ts';
import { assertSize } from '../launch-rules.ts';
import type { Channel } from './channel.ts';
import { type Place, paneTarget } from './handles.ts';
import type { Observing } from './observing.ts';
import type { TmuxCommand } from './quoting.ts';

/** `send-keys -H` takes 256 bytes in 1 ms, 4,096 in 112, and fails at 10,000. */
const KEYS_PER_COMMAND = 256;

/** Some 5 ms of the server's time. */
const BOUNDED_LINES = 1_000;

type Wanted = { readonly handle: RuntimeHandle; readonly place: Place };

export function createTerminal({ channel, observing }: { readonly channel: Channel; readonly observing: Observing }) {
  /** One question for all of a server's. A command list ends with its first failure, so only what was there a moment ago is in it. */
  async function screensOn(socket: string, wanted: readonly Wanted[]): Promise<readonly [RuntimeHandle, ScreenText][]> {
    const view = await observing.observe(socket);
    const there = view.state === 'panes' ? wanted.filter(({ place }) => view.panes.has(place.name)) : [];
    if (there.length === 0) return [];
    const reply = await channel.capture(socket, {
      size: 'bounded',
      commands: there.flatMap(({ place: { name } }): TmuxCommand[] => [
        ['display-message', '-p', '-t', paneTarget(name), '#{pane_width}'],
        ['capture-pane', '-p', '-e', '-N', '-t', paneTarget(name)],
      ]),
    });
    if (reply.outcome !== 'ok') return [];
    return there.flatMap(({ handle }, index): [RuntimeHandle, ScreenText][] => {
      const [cols, text] = reply.texts.slice(2 * index);
      return text === undefined ? [] : [[handle, { cols: Number(cols), text: `${text}\n` }]];
    });
  }

  return {
    async screens(handles: readonly RuntimeHandle[]): Promise<ReadonlyMap<RuntimeHandle, ScreenText>> {
      const places = await Promise.all(
        handles.map(async (handle): Promise<Wanted[]> => {
          try {
            return [{ handle, place: await observing.locate(handle) }];
          } catch {
            return [];
          }
        }),
      );
      const wanted = places.flat();
      const sockets = [...new Set(wanted.map(({ place }) => place.socket))];
      const looks = sockets.map((socket) =>
        screensOn(
          socket,
          wanted.filter(({ place }) => place.socket === socket),
        ).catch(() => []),
      );
      return new Map((await Promise.all(looks)).flat());
    },

    async capture(handle: RuntimeHandle, historyLines: number): Promise<string> {
      const place = await observing.locate(handle);
      const from = Math.max(0, Math.floor(historyLines));
      const reply = await channel.capture(place.socket, {
        size: from > BOUNDED_LINES ? 'large' : 'bounded',
        commands: [['capture-pane', '-p', '-J', '-S', from === 0 ? '0' : `-${from}`, '-t', paneTarget(place.name)]],
      });
      if (reply.outcome !== 'ok') return await observing.refuse(place, reply);
      // `-J` makes a wrapped line one again, and for that keeps the blanks at line ends.
      return reply.texts
        .join('')
        .replace(/[ \t]+$/gm, '')
        .trimEnd();
    },

    async write(handle: RuntimeHandle, data: Uint8Array): Promise<void> {
      const place = await observing.locate(handle);
      for (let from = 0; from < data.length; from += KEYS_PER_COMMAND) {
        const bytes = [...data.subarray(from, from + KEYS_PER_COMMAND)].map((byte) => byte.toString(16).padStart(2, '0'));
        const command: TmuxCommand = ['send-keys', '-t', paneTarget(place.name), '-H', ...bytes];
        const reply = await channel.change(place.socket, [command]);
        if (reply.outcome !== 'ok') await observing.refuse(place, reply);
      }
    },

    async resize(handle: RuntimeHandle, size: TerminalSize): Promise<void> {
      assertSize(size);
      const place = await observing.locate(handle);
      const reply = await channel.change(place.socket, [
        ['resize-window', '-t', paneTarget(place.name), '-x', String(size.cols), '-y', String(size.rows)],
      ]);
      if (reply.outcome !== 'ok') await observing.refuse(place, reply);
    },
  };
}
