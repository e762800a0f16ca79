/** A daemon made of a few arrays: the wire as tests drive it. */
import type { Answer, TerminalAttached } from '../../server/contract/socket.ts';
import type { SizeClaim, TerminalWire, TerminalWireListener } from './terminal-wire.ts';

type Attaching = {
  readonly input: { readonly session: string } & SizeClaim;
  readonly answer: (result: Answer<TerminalAttached>) => void;
  readonly fail: () => void;
};
type Input = { readonly attachId: string; readonly seq: number; readonly data: Uint8Array };

export type FakeWire = TerminalWire & {
  readonly attaching: Attaching[];
  readonly inputs: { readonly input: Input; readonly answer: (result: Answer<{ seq: number }>) => void }[];
  readonly resizes: ({ readonly attachId: string } & SizeClaim)[];
  readonly acks: { readonly attachId: string; readonly bytes: number }[];
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
    detach: (attachId) => wire.detached.push(attachId),
    history: () => Promise.reject(new Error('no history here')),
  };
  return wire;
}
