/** Looking at a session's screen, typing into it, and its size. */
import type { RuntimeHandle } from '../../../core/ids.ts';
import type { TerminalSize } from '../../../ports/runtime.ts';
import { assertSize } from '../launch-rules.ts';
import type { Channel } from './channel.ts';
import { paneTarget } from './handles.ts';
import type { Observing } from './observing.ts';
import type { TmuxCommand } from './quoting.ts';

/** `send-keys -H` takes 256 bytes in 1 ms, 4,096 in 112, and fails at 10,000. */
const KEYS_PER_COMMAND = 256;

export function createTerminal({ channel, observing }: { readonly channel: Channel; readonly observing: Observing }) {
  return {
    async capture(handle: RuntimeHandle, historyLines: number): Promise<string> {
      const place = await observing.locate(handle);
      const from = Math.max(0, Math.floor(historyLines));
      const reply = await channel.capture(place.socket, [
        ['capture-pane', '-p', '-J', '-S', from === 0 ? '0' : `-${from}`, '-t', paneTarget(place.name)],
      ]);
      if (reply.outcome !== 'ok') return await observing.refuse(place, reply);
      // `-J` makes a wrapped line one again, and for that keeps the blanks at line ends.
      return reply.text.replace(/[ \t]+$/gm, '').trimEnd();
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
