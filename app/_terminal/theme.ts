/** Reads the terminal's colours from the page's tokens (`terminal.css`). xterm wants plain hex; a canvas knows every notation. */
import type { ITheme } from '@xterm/xterm';

const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

export type TerminalTheme = {
  readonly xterm: ITheme;
  readonly fontFamily: string;
  /** For search: each match, and the one it stands on. */
  readonly match: string;
  readonly activeMatch: string;
};

function createHexReader(): (css: string) => string {
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (css) => {
    if (context === null) return css;
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  };
}

export function readTheme(): TerminalTheme {
  const style = getComputedStyle(document.documentElement);
  const toHex = createHexReader();
  const colour = (name: string): string => toHex(style.getPropertyValue(`--term-${name}`));
  const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
  const ansi = ANSI.flatMap((name) => [
    [name, colour(name)],
    [`bright${capital(name)}`, colour(`bright-${name}`)],
  ]);
  return {
    xterm: {
      ...Object.fromEntries(ansi),
      background: colour('background'),
      foreground: colour('foreground'),
      cursor: colour('cursor'),
      cursorAccent: colour('background'),
      selectionBackground: colour('selection'),
    },
    fontFamily: style.getPropertyValue('--term-font').trim(),
    match: colour('match'),
    activeMatch: colour('match-active'),
  };
}

/** Calls back whenever the page turns dark or light, by the system or by choice. */
export function watchTheme(changed: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: light)');
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  media.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    media.removeEventListener('change', changed);
  };
}
