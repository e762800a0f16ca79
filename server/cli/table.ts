/** Text for people: aligned columns, and nothing in it that a terminal would obey. Pure. */

/** Titles, reasons and names come from agents and repositories: control characters are shown, not sent. */
export function toPlain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\u200D' ? character : /[\n\r\t]/.test(character) ? ' ' : '\uFFFD',
  );
}

/** The same for text of several lines, e.g. a screen: line ends and tabs stay. */
export function toPlainLines(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}]/gu, '');
}

export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map((cell) => clip(toPlain(cell))));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name  value` lines for one thing. Empty values are left out. */
export function formatFacts(facts: readonly (readonly [string, string | number | null])[]): string {
  const shown = facts.filter((fact): fact is readonly [string, string | number] => fact[1] !== null && fact[1] !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${toPlain(String(value))}`).join('\n');
}

const MAX_CELL = 72;

function clip(cell: string): string {
  const characters = [...cell];
  return characters.length <= MAX_CELL ? cell : `${characters.slice(0, MAX_CELL - 1).join('')}…`;
}

function widthOf(text: string): number {
  return [...text].length;
}
