/** A daemon made of a few arrays: the wire as tests drive it. */
import type { Answer, TerminalAttached } from '../../contract/socket.ts';
import type { SizeClaim, TerminalWire, TerminalWireListener } from '../../terminal-client/terminal-wire.ts';

type Attaching = {
  readonly input: Parameters<TerminalWire['attach']>[0];
  readonly answer: (result: Answer<TerminalAttached>) => void;
  readonly fail: () => void;
};
type Input = { readonly attachId: string; readonly seq: number; readonly data: Uint8Array };

export type FakeWire = TerminalWire & {
  readonly attaching: Attaching[];
  readonly inputs: { readonly input: Input; readonly answer: (result: Answer<{ seq: number }>) => void }[];
  readonly resizes: ({ readonly attachId: string } & SizeClaim)[];
  readonly acks: { readonly attachId: string; readonly bytes: number }[];
  readonly words: Parameters<TerminalWire['keyboard']>[0][];
  readonly detached: string[];
  readonly typed: () => string;
  readonly say: TerminalWireListener;
};

export function createFakeWire(start: 'up' | 'down' = 'up'): FakeWire {
  const listeners = new Set<TerminalWireListener>();
  let link = start;
  const wire: FakeWire = {
    attaching: [],
    inputs: [],
    resizes: [],
    acks: [],
    words: [],
    detached: [],
    typed: () => wire.inputs.map(({ input }) => new TextDecoder().decode(input.data)).join(''),
    say: {
      onLink: (next, why) => {
        link = next;
        for (const listener of listeners) listener.onLink(next, why);
      },
      onOutput: (output) => {
        for (const listener of listeners) listener.onOutput(output);
      },
      onSized: (sized) => {
        for (const listener of listeners) listener.onSized(sized);
      },
      onWatchers: (watchers) => {
        for (const listener of listeners) listener.onWatchers(watchers);
      },
      onEnded: (ended) => {
        for (const listener of listeners) listener.onEnded(ended);
      },
    },
    link: () => link,
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    attach: (input) =>
      new Promise((resolve, reject) => {
        wire.attaching.push({ input, answer: resolve, fail: () => reject(new Error('no answer')) });
      }),
    input: (input, answer) => wire.inputs.push({ input, answer }),
    resize: (input) => wire.resizes.push(input),
    ack: (input) => wire.acks.push(input),
    keyboard: (input) => wire.words.push(input),
    detach: (attachId) => wire.detached.push(attachId),
  };
  return wire;
}
