/** The colours of globals.css by the numbers: 4.9:1 for text, 3:1 for borders of controls, on every surface they are used on. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('globals.css', import.meta.url), 'utf8');

type Tokens = ReadonlyMap<string, readonly [number, number, number]>;

/** The tokens of the first block after `head`; only opaque OKLCH colours. */
function tokensOf(head: string): Tokens {
  const start = css.indexOf(head);
  if (start < 0) throw new Error(`no block ${head}`);
  const body = css.slice(start + head.length, css.indexOf('}', start));
  return new Map(
    [...body.matchAll(/--([a-z-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)].map(([, name, l, c, h]) => [
      name ?? '',
      [Number(l), Number(c), Number(h)] as const,
    ]),
  );
}

/** Relative luminance (WCAG) of an OKLCH colour, by way of linear sRGB, clipped to the screen. */
function luminance([lightness, chroma, hue]: readonly [number, number, number]): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  const red = clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(tokens: Tokens, one: string, other: string): number {
  const lum = (name: string): number => {
    const colour = tokens.get(name);
    if (colour === undefined) throw new Error(`no token ${name}`);
    return luminance(colour) + 0.05;
  };
  const [a, b] = [lum(one), lum(other)];
  return Math.max(a, b) / Math.min(a, b);
}

const SURFACES = ['canvas', 'sidebar', 'surface', 'raised', 'hover'];
const TEXT = ['ink', 'ink-muted', 'ink-faint', 'link'];
const STATUSES = ['needs-you', 'working', 'idle', 'review', 'done', 'trouble', 'unknown'].map((name) => `status-${name}`);

const dark = tokensOf(':root {');
const light = tokensOf(":root:not([data-theme='dark']) {");

describe.each([
  ['dark', dark],
  ['light', light],
] as const)('the %s theme', (_name, tokens) => {
  it('has text of at least 4.9:1 on every surface', () => {
    const poor = SURFACES.flatMap((surface) =>
      [...TEXT, ...STATUSES].flatMap((name) => {
        const ratio = contrast(tokens, name, surface);
        return ratio >= 4.9 ? [] : [`${name} on ${surface}: ${ratio.toFixed(2)}`];
      }),
    );
    expect(poor).toEqual([]);
  });

  it('has readable text on what is selected and on filled buttons', () => {
    for (const [text, surface] of [
      ['ink', 'selected'],
      ['ink-muted', 'selected'],
      ['ink-faint', 'selected'],
      ['on-primary', 'primary'],
      ['on-primary', 'primary-hover'],
      ['on-danger', 'danger'],
      ['on-danger', 'danger-hover'],
    ] as const) {
      expect(contrast(tokens, text, surface), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.9);
    }
  });

  it('has borders of controls, focus rings and glyphs of at least 3:1', () => {
    for (const surface of SURFACES) {
      for (const name of ['line-control', 'focus'])
        expect(contrast(tokens, name, surface), `${name} on ${surface}`).toBeGreaterThanOrEqual(3);
    }
    for (const name of STATUSES) expect(contrast(tokens, name, 'selected'), `${name} on selected`).toBeGreaterThanOrEqual(3);
  });
});

describe('the light theme', () => {
  it('is the same whether the system or the user chose it', () => {
    expect([...tokensOf(":root[data-theme='light'] {")]).toEqual([...light]);
  });

  it('has every token that the dark one has', () => {
    expect([...light.keys()].sort()).toEqual([...dark.keys()].sort());
  });
});
