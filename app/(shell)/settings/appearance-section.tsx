/** What belongs to this browser alone. */
'use client';

import { chooseSingleKeys, chooseTheme, type Theme, useSingleKeys, useTheme } from '../../_data/preferences.ts';
import { RadioGroup } from '../../_ui/radio-group.tsx';
import { Switch } from '../../_ui/switch.tsx';
import { Section } from './section.tsx';

const THEMES: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
];

export function AppearanceSection() {
  const theme = useTheme();
  const singleKeys = useSingleKeys();
  return (
    <Section title="This browser">
      <h3 className="mb-1 font-medium text-ink-muted text-xs">Theme</h3>
      <RadioGroup label="Theme" value={theme} onChange={chooseTheme} options={THEMES} />
      <div className="mt-4 flex items-center justify-between gap-6 border-line border-t pt-4">
        <p id="keys-note">
          Single-key shortcuts
          <span className="block text-ink-muted text-xs">They never act while you type or are in a terminal. Press ? for the list.</span>
        </p>
        <Switch
          label="Single-key shortcuts"
          describedBy="keys-note"
          checked={singleKeys === 'on'}
          onChange={(on) => chooseSingleKeys(on ? 'on' : 'off')}
        />
      </div>
    </Section>
  );
}
