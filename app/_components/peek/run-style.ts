/** How a run of a peek is drawn: the sixteen named colours are the terminal's own (`terminal.css`), as are its back and front. Pure. */
import type { CSSProperties } from 'react';
import type { PeekRunView } from '../../../server/contract/peek.ts';

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

type Colour = NonNullable<PeekRunView['fg']>;

const toCss = (colour: Colour): string =>
  typeof colour === 'string' ? colour : `var(--term-${colour >= 8 ? 'bright-' : ''}${NAMES[colour % 8]})`;

/** A colour of the program's own was chosen for its usual background, which may be the other theme's: its lightness is kept readable. */
const readable = (colour: Colour): string =>
  typeof colour === 'string' ? `oklch(from ${colour} var(--peek-lightness) c h)` : toCss(colour);

export function toRunStyle({ fg, bg, looks = [] }: PeekRunView): CSSProperties {
  const has = (look: (typeof looks)[number]): boolean => looks.includes(look);
  const front = typeof fg === 'number' && fg < 8 && has('bold') ? fg + 8 : fg;
  const lines = [has('underline') ? 'underline' : '', has('strike') ? 'line-through' : ''].filter(Boolean).join(' ');
  const colours: CSSProperties = has('reverse')
    ? {
        color: bg === undefined ? 'var(--term-background)' : toCss(bg),
        backgroundColor: front === undefined ? 'var(--term-foreground)' : toCss(front),
      }
    : {
        ...(front === undefined ? {} : { color: bg === undefined ? readable(front) : toCss(front) }),
        ...(bg === undefined ? {} : { backgroundColor: toCss(bg) }),
      };
  return {
    ...colours,
    ...(has('bold') ? { fontWeight: 600 } : {}),
    ...(has('italic') ? { fontStyle: 'italic' } : {}),
    ...(has('dim') ? { opacity: 0.7 } : {}),
    ...(lines === '' ? {} : { textDecorationLine: lines }),
  };
}
