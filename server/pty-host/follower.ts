/**
 * One connection that follows the screen: a snapshot at an offset, then the output from there on. One that does not read is not
 * waited for and not buffered without bound: it is sent nothing until it has read what it was sent, and then a fresh snapshot.
 */
import { encodeOutput, encodePicture, encodeSnapshot } from '../adapters/runtime/ptyhost/frames.ts';
import type { TerminalSize } from '../ports/runtime.ts';

/** Where the frames go. */
export type Wire = {
  readonly send: (frame: Uint8Array) => void;
  /** Bytes that were sent and not taken yet. */
  readonly waiting: () => number;
};

export type Picture = { readonly offset: number; readonly size: TerminalSize; readonly bytes: Uint8Array };

export type Follower = {
  readonly output: (output: { readonly offset: number; readonly bytes: Uint8Array }) => void;
  /** All that was sent has been taken. */
  readonly drained: () => void;
  readonly redraw: () => void;
  /** Sends the picture of this number, however the connection is followed. What was sent before it is on it. */
  readonly show: (number: number) => void;
};

export type FollowerDeps = {
  readonly wire: Wire;
  /** The screen as it is after all output so far, which its followers have been given. */
  readonly picture: () => Picture;
};

/** A daemon that reads has less than this on the way. Bytes. */
const LAG_BYTES = 262_144;

export function createFollower({ wire, picture }: FollowerDeps): Follower {
  /** `lagging`: output is dropped. */
  let state: 'following' | 'lagging' = 'following';

  function redraw(): void {
    const { offset, size, bytes } = picture();
    state = 'following';
    wire.send(encodeSnapshot({ offset, ...size, bytes }));
  }

  redraw();
  return {
    output(output) {
      if (state === 'lagging') return;
      if (wire.waiting() > LAG_BYTES) state = 'lagging';
      else wire.send(encodeOutput(output));
    },
    drained() {
      if (state === 'lagging') redraw();
    },
    redraw,
    show(number) {
      const { offset, size, bytes } = picture();
      wire.send(encodePicture({ number, offset, ...size, bytes }));
    },
  };
}
