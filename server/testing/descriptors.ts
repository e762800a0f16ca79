/** For a process that runs with few descriptors: told to use up what is left of them, and to give them back. */
import { closeSync, openSync } from 'node:fs';

export function createDescriptorHoard(say: (line: string) => void) {
  const held: number[] = [];
  return {
    exhaust(): void {
      try {
        for (;;) held.push(openSync('/dev/null', 'r'));
      } catch {
        say('exhausted');
      }
    },
    free(): void {
      for (const fd of held.splice(0)) closeSync(fd);
      say('freed');
    },
  };
}
