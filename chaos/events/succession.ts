/** `ensure --clean`: a job over two sessions that ends with one orchestrator, however often it is cut off. */
import { eventually } from '../../server/testing/resources.ts';
import type { Expected } from '../model.ts';
import type { SeenRow } from '../oracle.ts';
import { adopt, ask, bringBack, daemonIsReady, type Effect, hold, isFinal, killDaemon, killOne, must, read, type Scene } from '../scene.ts';
import { PROJECT } from '../stand.ts';
import { type Ensured, ensure, openOrchestrator, takeEnsured } from './requests.ts';

/** About as long as the whole job takes, so that a kill meets every part of it. */
const JOB_MS = 600;
const SETTLED_LIMIT_MS = 60_000;

type Row = SeenRow & { readonly slot: string | null; readonly replaces: string | null };

const CLEAN = { projectId: PROJECT, clean: true };

/** Whoever asks meanwhile gets the old one or the new one; in some of them the old one is brought back, and its work with it. */
export async function ensureClean(scene: Scene): Promise<Effect> {
  const old = await theOrchestrator(scene);
  await daemonIsReady(scene);
  const { api } = scene.stand;
  // Never asked for again: that would be another one.
  const cleaning = api.mutate('orchestrator.ensure', CLEAN);
  await hold(scene.random.below(JOB_MS));
  const met = must<Ensured>(await ask(scene, 'orchestrator.ensure', { projectId: PROJECT }), 'ensure').session.id;
  const { session, created } = must<Ensured>(await cleaning, 'ensure clean');
  if (!created || session.id === old.id)
    scene.violated('unpredicted', `a clean ensure answered with ${session.id}, and ${old.id} was there`);
  if (met !== old.id && met !== session.id)
    scene.violated('duplicateOrchestrators', `while ${session.id} took the place of ${old.id} there was ${met}`);
  const one = await replaced(scene, old, await oneIsLeft(scene));
  if (!scene.random.chance(30)) return { seen: `${old.id} gave way to ${one.id}, ${met} answered meanwhile` };
  await killOne(scene, one);
  await bringBack(scene, old, 'restore');
  scene.model.change(old.id, { work: 'in its worktree' });
  return { seen: `${old.id} gave way to ${one.id}, and came back with its work when that one was killed` };
}

/** Done once or not begun, and never again at a later start. In some of them the daemon that settles it dies, too. */
export async function ensureCleanUnderKill(scene: Scene): Promise<Effect> {
  const old = await theOrchestrator(scene);
  await daemonIsReady(scene);
  const asked = scene.stand.api.mutate('orchestrator.ensure', CLEAN);
  await hold(scene.random.below(JOB_MS));
  const killed = [await killDaemon(scene)];
  const answer = await asked;
  if (isFinal(answer)) must(answer, 'ensure clean');
  if (scene.random.chance(30)) {
    await daemonIsReady(scene);
    await hold(scene.random.below(100));
    killed.push(await killDaemon(scene));
  }
  scene.faultEnds();
  const left = await oneIsLeft(scene);
  const done = left.id !== old.id;
  if (answer.kind === 'ok' && !done) scene.violated('unpredicted', `it was acknowledged that ${old.id} was replaced, and it is there`);
  if (done) await replaced(scene, old, left);
  await takeEnsured(scene, [must<Ensured>(await ask(scene, 'orchestrator.ensure', { projectId: PROJECT }), 'ensure')]);
  return { seen: `${answer.kind}, daemon ${killed.join(' and ')} gone, ${old.id} ${done ? `gave way to ${left.id}` : 'as it was'}` };
}

async function theOrchestrator(scene: Scene): Promise<Expected> {
  if (openOrchestrator(scene) === undefined) await ensure(scene);
  return openOrchestrator(scene) as Expected;
}

/** The old one is over for good, with its work in a ref, and names the new one, as that one names it. */
async function replaced(scene: Scene, old: Expected, row: Row): Promise<Expected> {
  if (row.replaces !== old.id) scene.violated('unpredicted', `${row.id} replaces ${row.replaces}, and ${old.id} was there`);
  scene.model.change(old.id, { phase: 'terminated', due: 'nothing', work: 'captured' });
  return await adopt(scene, row);
}

/** Waits until the job is at an end; all the while one of them has the project's slot, never none and never two. */
async function oneIsLeft(scene: Scene): Promise<Row> {
  let last: readonly Row[] = [];
  return await eventually(
    () => `one orchestrator to be left: ${JSON.stringify(last.map(({ id, phase, status, slot }) => ({ id, phase, status, slot })))}`,
    async () => {
      const rows = await read<readonly Row[]>(scene, 'sessions.list', { all: false });
      last = rows.filter(({ kind }) => kind === 'orchestrator');
      const holders = last.filter(({ slot }) => slot === 'current').map(({ id }) => id);
      if (holders.length !== 1) {
        scene.violated(holders.length === 0 ? 'sessionsLost' : 'duplicateOrchestrators', `the slot is held by ${holders.join(' and ')}`);
        throw new Error('the slot of the orchestrator is not held by one');
      }
      const [one] = last;
      return last.length === 1 && one?.phase === 'live' ? one : null;
    },
    { limitMs: SETTLED_LIMIT_MS },
  );
}
