/** Whether a tab that is gone has left, or was lost behind a tunnel and may be back in minutes (SPEC §2). Pure. */
import type { Departure } from './watchdog.ts';

export type TabEnd = {
  readonly from: 'here' | 'tunnel';
  /** The last thing that the page said was goodbye, or it closed its connection itself. */
  readonly said: 'goodbye' | 'nothing';
  /** The same tab is connected once more by now, so nobody is missing. */
  readonly twin: 'connected' | 'none';
};

/** On this machine the operating system cuts the link of whoever is gone, so silence there means gone as well. */
export function departureOf({ from, said, twin }: TabEnd): Departure {
  return from === 'tunnel' && said === 'nothing' && twin === 'none' ? 'lost' : 'left';
}
