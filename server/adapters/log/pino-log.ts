/**
 * Structured logs in `<dir>/daemon.log`, one JSON object a line, 0600, written at once: what a `kill -9` leaves must have the
 * last line. A log that cannot be written is no reason to stop; it is said once on stderr.
 */
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Log, LogFacts } from '../../ports/log.ts';
import { redactFacts } from './redact.ts';

/** One old file is kept, so the logs take twice this at most. */
const ROTATE_BYTES = 16 * 1024 * 1024;

export type LogDeps = {
  /** Made if missing, 0700. */
  readonly directory: string;
  readonly level: 'debug' | 'info';
  /** In every line, e.g. the pid and the version. */
  readonly base: LogFacts;
  /** Warnings and errors go here too, one readable line each. */
  readonly stderr: (line: string) => void;
  readonly rotateBytes?: number;
};

export interface LogFile {
  readonly path: string;
  readonly log: Log;
  close(): void;
}

export function openLogFile({ directory, level, base, stderr, rotateBytes = ROTATE_BYTES }: LogDeps): LogFile {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'daemon.log');
  const destination = pino.destination({ dest: path, sync: true, mode: 0o600 });
  let bytes = sizeOf(path);
  const rotating = {
    write(line: string): void {
      if (bytes > rotateBytes) {
        bytes = 0;
        rotate(path);
        destination.reopen();
      }
      bytes += Buffer.byteLength(line);
      destination.write(line);
    },
  };
  let told = false;
  destination.on('error', (error: unknown) => {
    if (!told) stderr(`warn: the log ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    told = true;
  });
  const logger = pino({ level, base: redactFacts(base), timestamp: pino.stdTimeFunctions.isoTime, serializers: {} }, rotating);
  return { path, log: toLog(logger, stderr), close: () => destination.end() };
}

function rotate(path: string): void {
  try {
    renameSync(path, `${path}.1`);
  } catch {
    // Taken away by somebody, or not ours to move: what is written next tells.
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function toLog(logger: Logger, stderr: LogDeps['stderr']): Log {
  const write = (level: 'debug' | 'info' | 'warn' | 'error', facts: LogFacts, message: string): void => {
    if (!logger.isLevelEnabled(level)) return;
    const safe = redactFacts(facts);
    try {
      logger[level](safe, message);
    } catch {
      // The destination has said it on stderr.
    }
    if (level === 'warn' || level === 'error') stderr(`${level}: ${message} ${JSON.stringify(shorten(safe))}`);
  };
  return {
    debug: (facts, message) => write('debug', facts, message),
    info: (facts, message) => write('info', facts, message),
    warn: (facts, message) => write('warn', facts, message),
    error: (facts, message) => write('error', facts, message),
    child: (facts) => toLog(logger.child(redactFacts(facts)), stderr),
  };
}

/** Stacks belong to the file. */
function shorten(facts: Record<string, unknown>): Record<string, unknown> {
  const error = facts['error'];
  if (typeof error !== 'object' || error === null) return facts;
  const { stack: _stack, cause: _cause, ...rest } = error as Record<string, unknown>;
  return { ...facts, error: rest };
}
