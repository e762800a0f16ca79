import { describe, expect, it } from 'vitest';
import { findCommands } from './find-commands.ts';

const commands = [
  { title: 'Copy what is selected', keywords: 'clipboard' },
  { title: 'Keyboard shortcuts' },
  { title: 'Board' },
  { title: 'New session', keywords: 'worker spawn' },
  { title: 'New session in app', keywords: 'worker', disabledReason: 'Not now' },
];
const titles = (search: string) => findCommands(commands, search).map(({ title }) => title);

describe('findCommands', () => {
  it('puts the title that begins with the word before one that contains it, and that before a keyword', () => {
    expect(titles('board')).toEqual(['Board', 'Keyboard shortcuts', 'Copy what is selected']);
  });

  it('wants every word, in title or keywords, in any order and case', () => {
    expect(titles('SPAWN new')).toEqual(['New session']);
    expect(titles('new zebra')).toEqual([]);
  });

  it('puts a title with all the words before one that has some of them among its keywords', () => {
    const themes = [
      { title: 'Theme: dark', keywords: 'dark light colour' },
      { title: 'Theme: light', keywords: 'dark light colour' },
    ];
    expect(findCommands(themes, 'theme light').map(({ title }) => title)).toEqual(['Theme: light', 'Theme: dark']);
  });

  it('puts what cannot be done now behind its equals', () => {
    expect(titles('new')).toEqual(['New session', 'New session in app']);
  });
});
