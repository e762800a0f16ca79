/**
 * What the palette answers to some words, the best first. Pure. Our own and not cmdk's, whose fuzziness finds "log" in everything, and
 * which orders within its groups only: Enter would run a worse match of the first group.
 */
import type { Command } from './commands.tsx';

type Findable = Pick<Command, 'title' | 'keywords' | 'disabledReason'>;

/** Every word must be in it; those that have them all in the title, or begin it, come first, those that cannot be done now last. */
export function findCommands<T extends Findable>(commands: readonly T[], search: string): readonly T[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return commands
    .map((command) => ({ command, score: scoreOf(command, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command);
}

function scoreOf({ title, keywords = '', disabledReason = null }: Findable, words: readonly string[]): number {
  const name = title.toLowerCase();
  const text = `${name} ${keywords.toLowerCase()}`;
  const first = words[0] ?? '';
  if (!words.every((word) => text.includes(word))) return 0;
  const match = name.startsWith(first) ? 8 : name.includes(` ${first}`) ? 6 : name.includes(first) ? 4 : 2;
  const all = words.every((word) => name.includes(word)) ? 10 : 0;
  return all + (disabledReason === null ? match : match - 1);
}
