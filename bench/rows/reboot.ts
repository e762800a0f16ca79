/** After a reboot: sessions and an orchestrator; how long until all are back, how many are launched at once, and in which order. */

import { eventually } from '../../server/testing/resources.ts';
import type { SessionJson } from '../../server/testing/world.ts';
import type { Bench, Context } from '../harness/context.ts';
import { createHolding } from '../harness/holding.ts';
import { inTurns } from '../harness/processes.ts';
import type { Measured } from '../harness/report.ts';
import { makeStand } from '../harness/stand.ts';

type Event = { readonly kind: string; readonly at: string };
type Launch = { readonly id: string; readonly beganMs: number; readonly backMs: number };

const LIMIT_MS = 120_000;

async function measure({ quick }: Context): Promise<Measured> {
  const sessions = quick ? 10 : 40;
  await using held = createHolding();
  const stand = await makeStand('tmux');
  held.defer(async () => await stand[Symbol.asyncDispose]());
  const spawnedFromMs = performance.now();
  await inTurns(sessions, 6, () => stand.call('sessions.spawn', { projectId: 'bench', agent: 'shell' }));
  const spawnMs = performance.now() - spawnedFromMs;
  // Last, so that only its precedence can bring it back first.
  const { session: orchestrator } = await stand.call<{ session: SessionJson }>('orchestrator.ensure', {
    projectId: 'bench',
    agent: 'shell',
  });
  const list = async (): Promise<readonly SessionJson[]> => await stand.ask('sessions.list', {});
  const before = (await list()).map(({ id, workspacePath }) => `${id} ${workspacePath}`);

  await stand.world.reboot();
  const beganMs = performance.now();
  const readyMs = await stand.startDaemon('probed');
  const isBack = async (): Promise<boolean> => {
    const { recovering } = await stand.ask<{ recovering: number }>('daemon.status', undefined);
    return recovering === 0 && stand.world.panes().length === before.length;
  };
  await eventually('all to be back', isBack, { limitMs: LIMIT_MS, everyMs: 100 });
  const backMs = performance.now() - beganMs;

  const after = await list();
  const there = new Set(after.filter(({ status }) => status === 'running').map(({ id, workspacePath }) => `${id} ${workspacePath}`));
  const launches: Launch[] = [];
  await inTurns(after.length, 4, async (turn) => {
    const id = after[turn - 1]?.id ?? '';
    const events = await stand.ask<readonly Event[]>('sessions.events', { id });
    const at = (kind: string): number => Date.parse(events.findLast((event) => event.kind === kind)?.at ?? '');
    launches.push({ id, beganMs: at('relaunching'), backMs: at('recovered') });
  });
  const order = launches.toSorted((a, b) => a.beganMs - b.beganMs);
  return {
    runs: `once, ${before.length} sessions`,
    checks: [],
    figures: {
      lost: before.filter((line) => !there.has(line)).length,
      'start to ready ms': readyMs,
      'start to all back ms': backMs,
      'spawned in ms': spawnMs,
      'against the spawn ×': backMs / spawnMs,
      'launched at once, at most': Math.max(
        ...launches.map(({ beganMs: at }) => launches.filter((other) => other.beganMs <= at && other.backMs > at).length),
      ),
      'the orchestrator came back as number': order.findIndex(({ id }) => id === orchestrator.id) + 1,
    },
  };
}

export const REBOOT_ROWS: readonly Bench[] = [
  { name: 'reboot', subject: 'all sessions back after a reboot', baseline: 'their spawn', target: 'none: shown', measure },
];
