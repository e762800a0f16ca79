/**
 * The spool folder: one small file a report, written by the hook client while the daemon was away. Its files prove whose they
 * are only by lying in our 0700 folder, so whoever takes them checks that the launch belongs to the session.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { HookSpool, SpooledReport } from '../../ports/hook-spool.ts';
import type { Log } from '../../ports/log.ts';

/** Far above what the hook client writes; anything larger is not its. */
const MAX_FILE_BYTES = 64 * 1_024;
/** A round's share; the rest is taken by the next one. */
const MAX_FILES_AT_ONCE = 500;

export type HookSpoolDeps = {
  readonly directory: string;
  /** The wire's own parser; `null` for what is no report. */
  readonly parse: (text: string) => SpooledReport | null;
  readonly log: Log;
};

export function createHookSpool({ directory, parse, log }: HookSpoolDeps): HookSpool {
  mkdirSync(directory, { recursive: true, mode: 0o700 });

  function takeOne(path: string): SpooledReport | null {
    try {
      const stat = statSync(path);
      const report = stat.isFile() && stat.size <= MAX_FILE_BYTES ? parse(readFileSync(path, 'utf8')) : null;
      if (report === null) log.warn({ path }, 'spooled report is unreadable and dropped');
      // Gone before it is given out: a crash loses one report of activity at most, and applies none twice.
      rmSync(path, { recursive: true, force: true });
      return report;
    } catch (error) {
      log.warn({ path, error }, 'spooled report could not be taken');
      return null;
    }
  }

  return {
    take() {
      let names: string[];
      try {
        names = readdirSync(directory);
      } catch (error) {
        log.warn({ directory, error }, 'spool folder could not be read');
        return [];
      }
      return names
        .filter((name) => name.endsWith('.json'))
        .sort(byTime)
        .slice(0, MAX_FILES_AT_ONCE)
        .map((name) => takeOne(join(directory, name)))
        .filter((report): report is SpooledReport => report !== null);
    },
  };
}

/** Names begin with the time in milliseconds. */
function byTime(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
}
