/** The end of what a daemon that could not start has said, for people: its log, then what it printed past the log. Only reads. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lastLines } from '../launcher/ensure-daemon.ts';
import { readTail } from '../launcher/read-tail.ts';

const LINES = 20;
const BYTES = 16 * 1024;
const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };
const entrySchema = z.looseObject({ level: z.number(), time: z.string(), msg: z.string() });

const outputOf = (dataDir: string): string => join(dataDir, 'logs', 'daemon.out');

/** How much earlier daemons have printed; none of it explains the next one's failure. */
export function markOutput(dataDir: string): number {
  try {
    return statSync(outputOf(dataDir)).size;
  } catch {
    return 0;
  }
}

/** Oldest first. */
export function readLastLog(dataDir: string, { printedBefore }: { readonly printedBefore: number }): readonly string[] {
  const log = lastLines(readEnd(join(dataDir, 'logs', 'daemon.log')), LINES).map(formatEntry);
  const printed = lastLines(readEnd(outputOf(dataDir), printedBefore), LINES).filter((line) => !isSaidElsewhere(line));
  return [...log, ...printed].slice(-LINES);
}

/** The line for programs, which the page shows as the reason, and those that the log has as well. */
function isSaidElsewhere(line: string): boolean {
  return line.startsWith('{"error":') || /^(?:warn|error): .*\{.*\}$/.test(line);
}

function formatEntry(line: string): string {
  const entry = entrySchema.safeParse(parseJson(line));
  if (!entry.success) return line;
  const { level, time, msg, pid: _pid, ...facts } = entry.data;
  const words = Object.entries(facts).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [time.replace(/\.\d+Z$/, 'Z'), LEVELS[level] ?? String(level), msg, ...words].join(' ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Nothing of a file that is not there or not ours to read. */
function readEnd(path: string, from = 0): string {
  try {
    const { text, start } = readTail(path, { from, maxBytes: BYTES });
    // Cut in the middle of a line.
    return start > from ? text.slice(text.indexOf('\n') + 1) : text;
  } catch {
    return '';
  }
}
