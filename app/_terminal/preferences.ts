/** How this browser likes its terminals. Kept in origin storage; a private window without one works all the same. */

export const FONT_SIZES = { min: 9, max: 28, initial: 13 } as const;

const KEYS = { fontSize: 'ao.terminal.fontSize', screenReader: 'ao.terminal.screenReader' } as const;

export type TerminalPreferences = { readonly fontSize: number; readonly screenReader: 'on' | 'off' };

export function clampFontSize(px: number): number {
  return Number.isFinite(px) ? Math.min(FONT_SIZES.max, Math.max(FONT_SIZES.min, Math.round(px))) : FONT_SIZES.initial;
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function readPreferences(): TerminalPreferences {
  const size = read(KEYS.fontSize);
  return {
    fontSize: size === null ? FONT_SIZES.initial : clampFontSize(Number(size)),
    screenReader: read(KEYS.screenReader) === 'on' ? 'on' : 'off',
  };
}

export function savePreferences(preferences: TerminalPreferences): void {
  try {
    localStorage.setItem(KEYS.fontSize, String(preferences.fontSize));
    localStorage.setItem(KEYS.screenReader, preferences.screenReader);
  } catch {
    // Storage is full or refused: the choice holds until the page is left.
  }
}
