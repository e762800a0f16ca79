import { expect, it } from 'vitest';
import { toRunStyle } from './run-style.ts';

it('draws named colours as the terminal does, bold ones bright', () => {
  expect(toRunStyle({ text: 'x' })).toEqual({});
  expect(toRunStyle({ text: 'x', fg: 1 })).toEqual({ color: 'var(--term-red)' });
  expect(toRunStyle({ text: 'x', fg: 1, looks: ['bold'] })).toEqual({ color: 'var(--term-bright-red)', fontWeight: 600 });
  expect(toRunStyle({ text: 'x', fg: 15, bg: 0 })).toEqual({ color: 'var(--term-bright-white)', backgroundColor: 'var(--term-black)' });
});

it('keeps a colour of the program’s own readable on the theme, and as it is on a background of its own', () => {
  expect(toRunStyle({ text: 'x', fg: '#ffffee' })).toEqual({ color: 'oklch(from #ffffee var(--peek-lightness) c h)' });
  expect(toRunStyle({ text: 'x', fg: '#ffffee', bg: '#000011' })).toEqual({ color: '#ffffee', backgroundColor: '#000011' });
});

it('exchanges front and back, those that are as usual too', () => {
  expect(toRunStyle({ text: 'x', looks: ['reverse'] })).toEqual({
    color: 'var(--term-background)',
    backgroundColor: 'var(--term-foreground)',
  });
  expect(toRunStyle({ text: 'x', fg: 2, bg: 4, looks: ['reverse', 'underline', 'strike'] })).toEqual({
    color: 'var(--term-blue)',
    backgroundColor: 'var(--term-green)',
    textDecorationLine: 'underline line-through',
  });
});
