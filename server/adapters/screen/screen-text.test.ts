import { expect, it } from 'vitest';
import { openScreenText } from './screen-text.ts';

it('T7: reads nothing of what stands beyond an edge that moved in', async () => {
  const screen = openScreenText({ cols: 10, rows: 3 });
  await screen.write('\x1b[?1049h\x1b[Habcdefghij');
  screen.resize({ cols: 6, rows: 3 });
  expect(screen.lines()).toEqual(['abcdef']);
  screen.close();
});
