/**
 * The screen of a pty host as one who follows its stream has it: nothing is drawn here. A picture is asked for on the connection of
 * the stream and comes in its place there, so what came before it is on it, and nothing else is.
 */
import type { ScreenModel } from '../../../ports/terminal.ts';
import type { Picture } from './frames.ts';

export type HostScreen = { readonly screen: ScreenModel; readonly drawn: (picture: Picture) => void };

export function createHostScreen(ask: (number: number) => void): HostScreen {
  const waiting = new Map<number, Parameters<ScreenModel['snapshot']>[0]>();
  let asked = 0;

  return {
    screen: {
      write: (_data, parsed) => parsed(),
      resize: () => undefined,
      snapshot(done) {
        asked += 1;
        waiting.set(asked, done);
        ask(asked);
      },
      close: () => waiting.clear(),
    },
    drawn({ number, bytes }) {
      const done = waiting.get(number);
      waiting.delete(number);
      done?.(bytes, 'now');
    },
  };
}
