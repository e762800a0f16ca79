/**
 * The text that a `tmux -C` client prints, cut into reply blocks. Pure.
 *
 * A block ends with a line that names it by the time and a counter, which a program can guess and print. So this cut is for replies
 * that no program has a say in; what shows a pane is cut at marks that the pane cannot know (`cutAtMarks`).
 */

const BEGIN = '%begin ';

export type ControlBlock = {
  readonly outcome: 'end' | 'error';
  /** Whether it answers a line of ours; the reply to the attach itself does not. */
  readonly to: 'us' | 'attach';
  readonly lines: readonly string[];
};

export type ControlParser = {
  /** Takes lines without their newline. Notifications, which never occur inside a block, are of no interest here. */
  readonly take: (line: string) => void;
  readonly place: () => 'between blocks' | 'in a block';
};

export function createControlParser(onBlock: (block: ControlBlock) => void): ControlParser {
  let open: { readonly id: string; readonly lines: string[] } | null = null;

  return {
    place: () => (open === null ? 'between blocks' : 'in a block'),
    take(line) {
      if (open === null) {
        if (line.startsWith(BEGIN)) open = { id: line.slice(BEGIN.length), lines: [] };
        return;
      }
      if (line === `%end ${open.id}` || line === `%error ${open.id}`) {
        const { id, lines } = open;
        open = null;
        onBlock({ outcome: line.startsWith('%end') ? 'end' : 'error', to: id.endsWith(' 1') ? 'us' : 'attach', lines });
        return;
      }
      open.lines.push(line);
    },
  };
}

/** `texts` without their last newline. `failure`: what the first command that failed said, which ended the list. */
export type MarkedTexts =
  | { readonly outcome: 'ok'; readonly texts: readonly string[] }
  | { readonly outcome: 'error'; readonly message: string };

/**
 * What each of `count` commands printed, of the lines between two requests: the mark is printed as a block of its own before the
 * first command and after each. It is random and new, so no pane shows it, and a line that is the mark is tmux's own. Between two
 * marks stand the end of the mark's block, the command's block and the beginning of the next mark's, with notifications
 * around them, which are neither. So the first `%begin` there is the command's, for nothing of a pane precedes it, and the last `%end` of the
 * same name is, for nothing of a pane follows it: whatever a pane shows lies between.
 */
export function cutAtMarks(lines: readonly string[], mark: string, count: number): MarkedTexts {
  const marks = lines.flatMap((line, index) => (line === mark ? [index] : []));
  const blocks = marks.map((from, index) => toBlock(lines.slice(from + 1, marks[index + 1] ?? lines.length), 'end'));
  const texts = blocks.slice(0, count).filter((block) => block !== null);
  if (marks.length === count + 1 && texts.length === count) return { outcome: 'ok', texts: texts.map((block) => block.join('\n')) };
  // A command that fails prints nothing of a pane, and nothing comes after it.
  const failed = toBlock(lines.slice((marks.at(-1) ?? -1) + 1), 'error');
  return { outcome: 'error', message: failed?.join(' ') ?? 'its answer cannot be read' };
}

function toBlock(lines: readonly string[], end: 'end' | 'error'): readonly string[] | null {
  const begin = lines.findIndex((line) => line.startsWith(BEGIN));
  const last = begin < 0 ? -1 : lines.lastIndexOf(`%${end} ${lines[begin]?.slice(BEGIN.length)}`);
  return last < 0 ? null : lines.slice(begin + 1, last);
}
