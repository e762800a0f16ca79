/** The keys that leave a terminal again, or take its keyboard: read from an option, told to the user, found among what is typed. Pure. */
import { InvalidArgumentError } from 'commander';

export type DetachKeys = {
  /** As a terminal sends them, a byte a letter. */
  readonly bytes: string;
  /** For people: `Ctrl-] d`. */
  readonly label: string;
  /** The same with another last key: take the keyboard, or give it back. `null` where there is but one key. */
  readonly keyboardBytes: string | null;
  readonly keyboard: string | null;
};

export const DEFAULT_DETACH_KEYS = 'ctrl-],d';

/** `ctrl-],d`: keys in order; each is a letter, a digit, a sign, or one of the Control keys. */
export function parseDetachKeys(text: string): DetachKeys {
  const keys = text.split(',').map(parseKey);
  const last = keys.at(-1)?.byte === 'k' ? 'l' : 'k';
  const sequenceOf = (all: typeof keys) => ({
    bytes: all.map(({ byte }) => byte).join(''),
    label: all.map(({ label }) => label).join(' '),
  });
  const other = keys.length < 2 ? null : sequenceOf([...keys.slice(0, -1), parseKey(last)]);
  return { ...sequenceOf(keys), keyboardBytes: other?.bytes ?? null, keyboard: other?.label ?? null };
}

function parseKey(name: string): { readonly byte: string; readonly label: string } {
  const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(name)?.[1]?.toUpperCase();
  if (control !== undefined) return { byte: String.fromCharCode(control.charCodeAt(0) & 31), label: `Ctrl-${control}` };
  if (/^[!-+\--~]$/.test(name)) return { byte: name, label: name };
  throw new InvalidArgumentError(
    `It has the form ${DEFAULT_DETACH_KEYS}: keys in order, each one sign or ctrl- and a letter or one of @[\\]^_.`,
  );
}

/** What was typed, and what of it was meant for us, in order. */
export type KeyWatch = { readonly feed: (data: Uint8Array) => readonly (Uint8Array | 'detach' | 'keyboard')[] };

/** The beginning of a sequence is held back until it is known to be none. */
export function createKeyWatch({ bytes, keyboardBytes }: Pick<DetachKeys, 'bytes' | 'keyboardBytes'>): KeyWatch {
  const sequences = [bytes, ...(keyboardBytes === null ? [] : [keyboardBytes])];
  let held = '';

  function next(text: string): readonly (Uint8Array | 'detach' | 'keyboard')[] {
    const [first] = sequences
      .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
      .filter(({ at }) => at >= 0)
      .toSorted((left, right) => left.at - right.at);
    if (first !== undefined) {
      const { sequence, at } = first;
      const verdict = sequence === bytes ? 'detach' : 'keyboard';
      return [...toParts(text.slice(0, at)), verdict, ...(verdict === 'detach' ? [] : next(text.slice(at + sequence.length)))];
    }
    // They differ in their last key only.
    let length = Math.min(bytes.length - 1, text.length);
    while (!text.endsWith(bytes.slice(0, length))) length -= 1;
    held = text.slice(text.length - length);
    return toParts(text.slice(0, text.length - length));
  }
  return {
    feed(data) {
      const text = held + Buffer.from(data).toString('latin1');
      held = '';
      return next(text);
    },
  };
}

const toParts = (text: string): readonly Uint8Array[] => (text === '' ? [] : [Buffer.from(text, 'latin1')]);
