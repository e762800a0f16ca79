/**
 * On the alternate screen, where every tmux session is, xterm.js keeps what stood beyond a terminal that became narrower, and only
 * clips it. A program that then takes characters out of a row (DCH) moves that back into sight. So it is cut off, as other
 * terminals do. Knows an inside of xterm.js, which is pinned; the tests of each screen fail where an update moves it.
 */
type Line = { readonly length: number; resize(cols: number, fill: unknown): unknown };
type Buffer = { readonly lines: { readonly length: number; get(row: number): Line | undefined }; getNullCell(): unknown };
type Xterm = { onResize(listener: (size: { readonly cols: number }) => void): unknown };

export function cutHiddenCells(terminal: Xterm): void {
  const { _core } = terminal as unknown as { readonly _core: { readonly buffers: { readonly alt: Buffer } } };
  terminal.onResize(({ cols }) => {
    const { alt } = _core.buffers;
    for (let row = 0; row < alt.lines.length; row += 1) {
      const line = alt.lines.get(row);
      if (line !== undefined && line.length > cols) line.resize(cols, alt.getNullCell());
    }
  });
}
