/**
 * Processes of this machine: who is who (pid and start time, so that a recycled pid is a stranger), and the end of a whole
 * launch. Signals only what it has just identified, and never what it was told to protect.
 */
import type { Clock } from '../../ports/clock.ts';
import type { EndReport, ProcessIdentity, ProcessRef, ProcessState, ProcessTree } from '../../ports/process-table.ts';
import { selectLaunch } from './launch-selection.ts';
import type { ProcessFacts } from './proc-stat.ts';
import type { ProcessSource } from './process-source.ts';
import { openProcessSource } from './process-sources.ts';

/** Between two looks while something ends. */
const LOOK_EVERY_MS = 40;
/** KILL takes effect at once but for uninterruptible sleep; after this long what is left is reported. */
const KILL_LIMIT_MS = 2_000;

export type ProcessTable = ProcessIdentity & ProcessTree;

export function createProcessTable(deps: { readonly clock: Clock; readonly source?: ProcessSource }): ProcessTable {
  const source = deps.source ?? openProcessSource();
  const { clock } = deps;

  function identify(pid: number): ProcessRef | null {
    const facts = source.read(pid);
    return facts === null || facts === 'unknown' || facts.state === 'zombie' ? null : { pid, startedAt: facts.startedAt };
  }

  function stateOf(ref: ProcessRef): ProcessState {
    const facts = source.read(ref.pid);
    if (facts === 'unknown') return 'unknown';
    return facts !== null && facts.startedAt === ref.startedAt && facts.state === 'running' ? 'alive' : 'gone';
  }

  async function end(...[tree, options]: Parameters<ProcessTree['end']>): Promise<EndReport> {
    const protect = new Set([...options.protect, process.pid, 1, 0]);
    const members = new Map<string, ProcessRef>();
    const signalled = new Set<string>();

    /** The living members now. Everything ever found stays a member, so that orphans of a dead parent are not lost. */
    async function look(): Promise<ProcessRef[]> {
      const table = (await source.list()).filter(({ state }) => state === 'running');
      const carriers = await source.carrying(
        `AO_LAUNCH_ID=${tree.launchId}`,
        table.map(({ pid }) => pid),
      );
      const found = selectLaunch(table, { rootPid: tree.rootPid, carriers, known: new Set(members.keys()), protect });
      for (const facts of found) members.set(keyOf(facts), { pid: facts.pid, startedAt: facts.startedAt });
      return found.map(({ pid, startedAt }) => ({ pid, startedAt }));
    }

    function send(ref: ProcessRef, signals: readonly NodeJS.Signals[]): void {
      if (stateOf(ref) !== 'alive') return;
      signalled.add(keyOf(ref));
      for (const signal of signals) signalPid(ref.pid, signal);
    }

    let living = await look();
    const graceUntilMs = clock.monotonicMs() + options.graceMs;
    while (living.length > 0 && clock.monotonicMs() < graceUntilMs) {
      for (const ref of living) {
        if (signalled.has(keyOf(ref))) continue;
        // A stopped job acts on TERM only once continued. An interactive shell ignores TERM and ends on HUP, as it would
        // when its terminal is closed.
        send(ref, ref.pid === tree.rootPid ? ['SIGTERM', 'SIGHUP', 'SIGCONT'] : ['SIGTERM', 'SIGCONT']);
      }
      await clock.sleep(Math.min(LOOK_EVERY_MS, Math.max(1, graceUntilMs - clock.monotonicMs())));
      living = await look();
    }
    const killUntilMs = clock.monotonicMs() + KILL_LIMIT_MS;
    while (living.length > 0 && clock.monotonicMs() < killUntilMs) {
      for (const ref of living) send(ref, ['SIGKILL']);
      await clock.sleep(LOOK_EVERY_MS);
      living = await look();
    }
    return { signalled: signalled.size, survivors: living };
  }

  return { bootId: source.bootId, identify, stateOf, end };
}

function keyOf(process: Pick<ProcessFacts, 'pid' | 'startedAt'>): string {
  return `${process.pid}@${process.startedAt}`;
}

function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in the same instant, or not ours to signal; the next look tells.
  }
}
