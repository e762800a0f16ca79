/**
 * The screen of a pty host as one who follows its stream sees it: nothing is drawn here, a picture is asked for and comes between
 * what else the host sends. It was taken somewhere in the stream, of which more may have come than when it was asked for.
 */
import type { ScreenModel } from '../../../ports/terminal.ts';
import type { Picture } from './frames.ts';

export type HostScreen = {
  readonly screen: ScreenModel;
  /** Bytes that were passed on, and the offset that the stream has reached with them. */
  readonly passed: (bytes: number, reached: number) => void;
  readonly drawn: (picture: Picture) => void;
};

type Asked = { readonly passed: number; readonly done: Parameters<ScreenModel['snapshot']>[0] };

/** `ask` is for the picture of that number, on the connection that the stream comes by. */
export function createHostScreen(ask: (number: number) => void): HostScreen {
  const waiting = new Map<number, Asked>();
  let asked = 0;
  let passed = 0;
  let reached = 0;

  return {
    screen: {
      write: (_data, parsed) => parsed(),
      resize: () => undefined,
      snapshot(done) {
        asked += 1;
        waiting.set(asked, { passed, done });
        ask(asked);
      },
      close: () => waiting.clear(),
    },
    passed(bytes, upTo) {
      passed += bytes;
      reached = upTo;
    },
    drawn({ number, offset, bytes }) {
      const question = waiting.get(number);
      waiting.delete(number);
      // A snapshot that came meanwhile is of an earlier offset, so what is beyond the picture is output, byte for byte. Where the stream
      // has not come as far as the picture, all of it is on it, and a snapshot of a later offset follows.
      question?.done(bytes, passed - question.passed - (reached - offset));
    },
  };
}
