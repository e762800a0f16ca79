/** What a bench says, and how it is written down. Pure. */
import { toText } from './figures.ts';

/** One number against its target, which is never adjusted to what was measured. */
export type Check = {
  readonly what: string;
  readonly value: number;
  readonly sense: 'at most' | 'at least';
  readonly limit: number;
  readonly unit: string;
};

export type Measured = {
  /** How many, for how long. */
  readonly runs: string;
  readonly checks: readonly Check[];
  readonly figures: Readonly<Record<string, number | string>>;
  /** What could not be judged, and why. */
  readonly skipped?: string;
};

export type Row = { readonly name: string; readonly subject: string; readonly baseline: string; readonly target: string };

export type Result = Row & { readonly tookMs: number; readonly verdict: Verdict } & (Measured | { readonly why: string });

export type Verdict = 'met' | 'missed' | 'shown' | 'skipped' | 'failed';

export type Machine = Readonly<Record<string, string>>;

export type Run = { readonly command: string; readonly machine: Machine; readonly results: readonly Result[] };

export const holds = ({ value, sense, limit }: Check): boolean => (sense === 'at most' ? value <= limit : value >= limit);

/** `shown`: it has no target. A number that is none has missed. */
export function toVerdict({ checks, skipped }: Measured): Verdict {
  if (checks.some((check) => !holds(check))) return 'missed';
  if (checks.length > 0) return 'met';
  return skipped === undefined ? 'shown' : 'skipped';
}

const SIGNS = { 'at most': '≤', 'at least': '≥' } as const;

const toCheck = (check: Check): string =>
  `${check.what} ${toText(check.value)}${unitOf(check)} (${SIGNS[check.sense]} ${toText(check.limit)}${unitOf(check)}${holds(check) ? '' : ': missed'})`;

const unitOf = ({ unit }: Check): string => (unit === '×' || unit === '' ? ` ${unit}`.trimEnd() : ` ${unit}`);

const toFigures = (figures: Measured['figures']): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? toText(value) : value}`)
    .join('; ');

function toOutcome(result: Result): { readonly judged: string; readonly figures: string; readonly runs: string } {
  if ('why' in result) return { judged: result.why, figures: '', runs: '' };
  const judged = [...result.checks.map(toCheck), ...(result.skipped === undefined ? [] : [`skipped: ${result.skipped}`])];
  return { judged: judged.join('; '), figures: toFigures(result.figures), runs: result.runs };
}

export function toTable({ machine, results }: Run): string {
  const lines = results.flatMap((result) => {
    const { judged, figures, runs } = toOutcome(result);
    return [
      `${result.verdict.padEnd(8)}${result.name.padEnd(20)}${judged || result.subject}`,
      ...(figures === '' ? [] : [`${' '.repeat(28)}${figures}`]),
      ...(runs === '' ? [] : [`${' '.repeat(28)}${runs}`]),
    ];
  });
  return [
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', '),
    '',
    ...lines,
    '',
    toCount(results),
  ].join('\n');
}

function toCount(results: readonly Result[]): string {
  const counts = (['met', 'missed', 'shown', 'skipped', 'failed'] as const)
    .map((verdict) => [verdict, results.filter((result) => result.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0);
  return counts.map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const tableRow = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** The generated part of `RESULTS.md`. */
export function toMarkdown({ command, machine, results }: Run): string {
  return [
    `\`\`\`\n${command}\n\`\`\``,
    '',
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    '',
    `${toCount(results)}. Ratios are against the baseline of the same run, in turns with it.`,
    '',
    tableRow(['bench', 'baseline', 'target', 'measured', 'verdict']),
    tableRow(['---', '---', '---', '---', '---']),
    ...results.map((result) => tableRow([result.subject, result.baseline, result.target, toOutcome(result).judged, result.verdict])),
    '',
    '### Figures',
    '',
    tableRow(['bench', 'figures', 'runs']),
    tableRow(['---', '---', '---']),
    ...results
      .filter((result) => !('why' in result))
      .map((result) => tableRow([`\`${result.name}\``, toOutcome(result).figures, toOutcome(result).runs])),
  ].join('\n');
}

const BEGIN = '<!-- made by npm run bench: begin -->';
const END = '<!-- made by npm run bench: end -->';

/** Puts the generated part in its place, and leaves what people wrote around it. */
export function putBetweenMarks(text: string, generated: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  const part = `${BEGIN}\n\n${generated}\n\n${END}`;
  return from === -1 || to === -1 ? `${text.trimEnd()}\n\n${part}\n` : `${text.slice(0, from)}${part}${text.slice(to + END.length)}`;
}
