/** Who else looks and who may type, as one line for the top row. Pure. */
import type { TerminalWatchers } from '../../core/terminal/watchers.ts';
import { toPlain } from '../table.ts';

/** `''` where nobody else looks. */
export function describeCompany({ people }: Pick<TerminalWatchers, 'people'>): string {
  const others = people.filter(({ self }) => !self).map(({ name, visible }) => `${toPlain(name)}${visible ? '' : ' (in the background)'}`);
  return others.length === 0 ? '' : `Also looking: ${others.join(', ')}.`;
}

/** `null` where there is nothing to say. `keys` take the keyboard, or give it back. */
export function describeKeyboard(keyboard: TerminalWatchers['keyboard'], keys: string | null): string | null {
  const how = (what: string): string => (keys === null ? '' : ` ${keys} ${what}.`);
  switch (keyboard.kind) {
    case 'free':
      return null;
    case 'yours':
      return `You keep the keyboard: nobody else can type.${how('gives it back')}`;
    case 'kept':
      return `${toPlain(keyboard.by)} keeps the keyboard; nothing is typed.${how('takes it over')}`;
  }
}

export function nameSizer(watchers: TerminalWatchers | null): string {
  const sizer = watchers?.people.find(({ sizes }) => sizes);
  return sizer === undefined || sizer.self ? 'nobody who looks now' : toPlain(sizer.name);
}
