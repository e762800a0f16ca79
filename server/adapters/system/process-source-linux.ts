/** Processes as Linux shows them under `/proc`. */
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { environHas, type ProcessFacts, parseProcStat } from './proc-stat.ts';
import type { ProcessSource } from './process-source.ts';

/** Synchronous reads of /proc are the fastest; after this many the event loop gets its turn (about 1 ms). */
const READS_PER_TURN = 48;

export function createLinuxProcessSource(root = '/proc'): ProcessSource {
  let bootId: string | null = null;

  function read(pid: number): ProcessFacts | null | 'unknown' {
    try {
      return parseProcStat(readFileSync(`${root}/${pid}/stat`, 'utf8')) ?? 'unknown';
    } catch (caught) {
      const code = (caught as NodeJS.ErrnoException).code;
      return code === 'ENOENT' || code === 'ESRCH' ? null : 'unknown';
    }
  }

  function carries(pid: number, entry: string): boolean {
    try {
      return environHas(readFileSync(`${root}/${pid}/environ`), entry);
    } catch {
      return false;
    }
  }

  return {
    bootId() {
      bootId ??= readFileSync(`${root}/sys/kernel/random/boot_id`, 'utf8').trim();
      return bootId;
    },
    read,
    async list() {
      const found: ProcessFacts[] = [];
      let reads = 0;
      for (const name of readdirSync(root)) {
        if (!/^[0-9]+$/.test(name)) continue;
        const facts = read(Number(name));
        if (facts !== null && facts !== 'unknown') found.push(facts);
        reads += 1;
        if (reads % READS_PER_TURN === 0) await nextTurn();
      }
      return found;
    },
    async carrying(entry, pids) {
      const found = new Set<number>();
      let reads = 0;
      for (const pid of pids) {
        if (carries(pid, entry)) found.add(pid);
        reads += 1;
        if (reads % READS_PER_TURN === 0) await nextTurn();
      }
      return found;
    },
  };
}
