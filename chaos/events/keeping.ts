/** Park and cleanup: what ends without being lost, and what may go without anything being missed. */
import { eventually } from '../../server/testing/resources.ts';
import type { SeenRow } from '../oracle.ts';
import { ask, daemonIsReady, type Effect, hold, killDaemon, liveOne, must, panePidOf, read, type Scene, terminatedOne } from '../scene.ts';

const BACK_LIMIT_MS = 60_000;

type Row = SeenRow & { readonly parked: boolean };
type Parked = { readonly sessions: readonly Row[]; readonly failed: readonly { readonly id: string; readonly code: string }[] };
type Cleaned = readonly { readonly id: string; readonly outcome: 'removed' | 'removable' | 'kept' }[];

/** Parked for good until somebody says otherwise, be it the next start. */
export async function park(scene: Scene): Promise<Effect> {
  const { id, comesBack: returns } = await liveOne(scene);
  if (returns === 'no') {
    const { failed } = must<Parked>(await ask(scene, 'sessions.park', { ids: [id] }), `park ${id}`);
    if (failed[0]?.code !== 'SESSION_NOT_RESUMABLE')
      scene.violated('unpredicted', `${id} could not come back, and its park: ${JSON.stringify(failed)}`);
    return { seen: `${id} not parked, for it has nothing to go on with` };
  }
  must(await ask(scene, 'sessions.park', { ids: [id] }), `park ${id}`);
  const row = await read<Row>(scene, 'sessions.get', { id });
  if (row.phase !== 'terminated' || !row.parked) scene.violated('unpredicted', `${id} was parked and is ${row.phase}, ${row.status}`);
  const back = scene.random.pick(['unpark', 'the next start'] as const);
  if (back === 'unpark') must(await ask(scene, 'sessions.unpark', { ids: [id] }), `unpark ${id}`);
  else await killDaemon(scene);
  scene.faultEnds();
  await comesBack(scene, id);
  scene.model.change(id, { due: 'relaunch' });
  return { seen: `${id} parked, back by ${back}` };
}

/** The daemon dies in the middle: as it was, or parked and brought back by the next start; never between. */
export async function parkUnderKill(scene: Scene): Promise<Effect> {
  const { id, launchId, comesBack: returns } = await liveOne(scene);
  const asked = scene.stand.api.mutate('sessions.park', { ids: [id] });
  await hold(scene.random.below(200));
  const pid = await killDaemon(scene);
  scene.faultEnds();
  const answer = await asked;
  await daemonIsReady(scene);
  const row = await comesBack(scene, id);
  const parked = answer.kind === 'ok' && (answer.value as Parked).sessions.length > 0;
  if (parked && returns === 'no') scene.violated('unpredicted', `${id} was parked and cannot come back`);
  if (parked && row.launchId === launchId) scene.violated('unpredicted', `${id} was acknowledged as parked and never ended`);
  if (row.launchId !== launchId) scene.model.change(id, { launchId: row.launchId, panePid: await panePidOf(scene.stand, row.launchId) });
  return { seen: `park of ${id} ${answer.kind}, daemon ${pid} gone, ${row.launchId === launchId ? 'as it was' : 'back'}` };
}

async function comesBack(scene: Scene, id: string): Promise<Row> {
  return await eventually(
    `${id} to be back after its park`,
    async () => {
      const row = await read<Row>(scene, 'sessions.get', { id });
      return row.phase === 'live' && !row.parked && !['recovering', 'unknown'].includes(row.status) ? row : null;
    },
    { limitMs: BACK_LIMIT_MS },
  );
}

/** Every worktree of the run has uncommitted work in it, so none may go. */
export async function cleanup(scene: Scene): Promise<Effect> {
  await terminatedOne(scene);
  const cleaned = must<Cleaned>(await ask(scene, 'sessions.cleanup', { dryRun: false }), 'cleanup');
  for (const { id, outcome } of cleaned) if (outcome !== 'kept') scene.violated('filesLost', `the dirty worktree of ${id} was ${outcome}`);
  return { seen: `${cleaned.length} dirty worktrees kept` };
}
