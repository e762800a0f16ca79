/** The keys that leave a terminal again: read from an option, told to the user, found among what is typed. Pure. */
import { InvalidArgumentError } from 'commander';

export type DetachKeys = {
  /** As a terminal sends them, a byte a letter. */
  readonly bytes: string;
  /** For people: `Ctrl-] d`. */
  readonly label: string;
};

export const DEFAULT_DETACH_KEYS = 'ctrl-],d';

/** `ctrl-],d`: keys in order; each is a letter, a digit, a sign, or one of the Control keys. */
export function parseDetachKeys(text: string): DetachKeys {
  const keys = text.split(',').map(parseKey);
  return { bytes: keys.map(({ byte }) => byte).join(''), label: keys.map(({ label }) => label).join(' ') };
}

function parseKey(name: string): { readonly byte: string; readonly label: string } {
  const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(name)?.[1]?.toUpperCase();
  if (control !== undefined) return { byte: String.fromCharCode(control.charCodeAt(0) & 31), label: `Ctrl-${control}` };
  if (/^[!-+\--~]$/.test(name)) return { byte: name, label: name };
  throw new InvalidArgumentError(
    `It has the form ${DEFAULT_DETACH_KEYS}: keys in order, each one sign or ctrl- and a letter or one of @[\\]^_.`,
  );
}

export type DetachWatch = {
  /** What of it is typed. The beginning of the sequence is held back until it is known to be none. */
  readonly feed: (data: Uint8Array) => { readonly typed: Uint8Array; readonly verdict: 'stay' | 'detach' };
};

export function createDetachWatch({ bytes }: Pick<DetachKeys, 'bytes'>): DetachWatch {
  let held = '';
  return {
    feed(data) {
      const text = held + Buffer.from(data).toString('latin1');
      const at = text.indexOf(bytes);
      if (at >= 0) return { typed: Buffer.from(text.slice(0, at), 'latin1'), verdict: 'detach' };
      let length = Math.min(bytes.length - 1, text.length);
      while (!text.endsWith(bytes.slice(0, length))) length -= 1;
      held = text.slice(text.length - length);
      return { typed: Buffer.from(text.slice(0, text.length - length), 'latin1'), verdict: 'stay' };
    },
  };
}
