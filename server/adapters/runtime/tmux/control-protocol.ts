/** The text that a `tmux -C` client prints, cut into reply blocks. Pure. */

export type ControlBlock = {
  readonly outcome: 'end' | 'error';
  /** Whether it answers a line of ours; the reply to the attach itself does not. */
  readonly to: 'us' | 'attach';
  readonly lines: readonly string[];
};

/** Takes lines without their newline. Notifications, which never occur inside a block, are of no interest here. */
export function createControlParser(onBlock: (block: ControlBlock) => void): (line: string) => void {
  let open: { readonly id: string; readonly lines: string[] } | null = null;

  return (line) => {
    if (open === null) {
      if (line.startsWith('%begin ')) open = { id: line.slice('%begin '.length), lines: [] };
      return;
    }
    if (line === `%end ${open.id}` || line === `%error ${open.id}`) {
      const { id, lines } = open;
      open = null;
      onBlock({ outcome: line.startsWith('%end') ? 'end' : 'error', to: id.endsWith(' 1') ? 'us' : 'attach', lines });
      return;
    }
    open.lines.push(line);
  };
}
