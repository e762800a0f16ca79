/** Whether cards show what their terminals show. A choice of this browser, for every board. */
'use client';

import { SquareTerminal } from 'lucide-react';
import { useCommands } from '../_data/commands.tsx';
import { chooseScreens, useScreens } from '../_data/preferences.ts';
import { IconButton } from '../_ui/button.tsx';

const KEY = 'v';

export function ScreensSwitch() {
  const screens = useScreens();
  const toggle = (): void => chooseScreens(screens === 'shown' ? 'hidden' : 'shown');
  useCommands([
    {
      id: 'screens',
      title: screens === 'shown' ? 'Hide the screens on the board' : 'Show the screens on the board',
      group: 'Here',
      shortcut: KEY,
      keywords: 'peek terminal preview density output',
      icon: <SquareTerminal size={16} aria-hidden />,
      run: toggle,
    },
  ]);
  return (
    <IconButton label="Show screens" shortcut={KEY} aria-pressed={screens === 'shown'} onClick={toggle}>
      <SquareTerminal size={16} aria-hidden />
    </IconButton>
  );
}
