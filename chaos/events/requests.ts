/** What users ask for, alone, at once, and with the daemon killed in the middle or right after its answer. */
import { eventually } from '../../server/testing/resources.ts';
import { isRunning } from '../../server/testing/world.ts';
import type { Answer } from '../api.ts';
import type { Expected } from '../model.ts';
import {
  adopt,
  ask,
  bringBack,
  daemonIsReady,
  type Effect,
  endAgent,
  hold,
  isFinal,
  killDaemon,
  killOne,
  liveOne,
  makeRoom,
  must,
  pickRole,
  read,
  type Scene,
  spawnInput,
  spawnOne,
  terminatedOne,
} from '../scene.ts';
import { PROJECT } from '../stand.ts';

export type Ensured = { readonly session: { readonly id: string; readonly launchId: string }; readonly created: boolean };

const orchestrators = ({ model }: Scene): readonly Expected[] => model.sessions().filter(({ kind }) => kind === 'orchestrator');
export const openOrchestrator = (scene: Scene): Expected | undefined => orchestrators(scene).find(({ phase }) => phase !== 'terminated');

/** Whoever asked, all have the same one: the one there is, or one new one. */
export async function takeEnsured(scene: Scene, all: readonly Ensured[]): Promise<string> {
  const before = openOrchestrator(scene);
  const ids = [...new Set(all.map(({ session }) => session.id))];
  const [id = ''] = ids;
  if (ids.length > 1) scene.violated('duplicateOrchestrators', `ensure answered with ${ids.join(', ')}`);
  if (before !== undefined && id !== before.id)
    scene.violated('duplicateOrchestrators', `ensure answered with ${id}, and there is ${before.id}`);
  const { session } = all.at(-1) as Ensured;
  if (before === undefined || before.phase === 'exited') await adopt(scene, await read(scene, 'sessions.get', { id }));
  return `${all.length} answered ${session.id}, ${all.filter(({ created }) => created).length} created`;
}

export async function ensure(scene: Scene): Promise<Effect> {
  const all = await Promise.all([1, 2, 3].map(() => ask(scene, 'orchestrator.ensure', { projectId: PROJECT })));
  return {
    seen: await takeEnsured(
      scene,
      all.map((answer) => must<Ensured>(answer, 'ensure')),
    ),
  };
}

export async function spawn(scene: Scene): Promise<Effect> {
  const { id, role } = await spawnOne(scene, pickRole(scene));
  return { seen: `${id}, a ${role}` };
}

export async function kill(scene: Scene): Promise<Effect> {
  const orchestrator = openOrchestrator(scene);
  const session = orchestrator !== undefined && scene.random.chance(15) ? orchestrator : await liveOne(scene);
  await killOne(scene, session);
  return { seen: `${session.id} killed` };
}

export async function restore(scene: Scene): Promise<Effect> {
  const session = await terminatedOne(scene);
  await makeRoom(scene);
  return { seen: `restore: ${await bringBack(scene, session, 'restore')}` };
}

export async function resume(scene: Scene): Promise<Effect> {
  const found = scene.model.sessions().filter(({ phase, kind }) => phase === 'exited' && kind === 'worker');
  const session = found.length > 0 ? scene.random.pick(found) : await liveOne(scene);
  if (session.phase === 'live') {
    await endAgent(scene, session);
    await eventually(`${session.id} to be exited`, async () => {
      const answer = await scene.stand.api.query('sessions.get', { id: session.id });
      return answer.kind === 'ok' && (answer.value as { readonly status: string }).status === 'exited';
    });
  }
  return { seen: `resume: ${await bringBack(scene, session, 'resume')}` };
}

/** The same key twice at once, and a second message behind it. */
export async function send(scene: Scene): Promise<Effect> {
  const { id } = await liveOne(scene, 'keeper');
  const [first, second] = [newMessage(scene, 1), newMessage(scene, 2)];
  const answers = await Promise.all([first, first, second].map((message) => ask(scene, 'sessions.send', { id, ...message })));
  for (const answer of answers) must(answer, `send to ${id}`);
  for (const message of [first, second]) scene.model.send({ sessionId: id, ...message });
  return { seen: `2 messages to ${id}` };
}

const newMessage = ({ number }: Scene, n: number) => ({ key: `key-${number}-${n}`, text: `message ${number}.${n}` });

/** Everything at once, each to a session of its own. */
async function atOnce(scene: Scene, meanwhile: () => Promise<void>): Promise<string> {
  await makeRoom(scene);
  const keeper = await liveOne(scene, 'keeper');
  const victim = await liveOne(scene, undefined, [keeper.id]);
  const ended = await terminatedOne(scene, [keeper.id, victim.id]);
  const message = newMessage(scene, 1);
  const orders: readonly (readonly [string, Record<string, unknown>])[] = [
    ['orchestrator.ensure', { projectId: PROJECT }],
    ['sessions.spawn', spawnInput(scene, pickRole(scene))],
    ['sessions.kill', { id: victim.id }],
    ['sessions.restore', { id: ended.id }],
    ['sessions.send', { id: keeper.id, ...message }],
    ['orchestrator.ensure', { projectId: PROJECT }],
  ];
  const asked = orders.map(([path, input]) => scene.stand.api.mutate(path, input));
  await meanwhile();
  const answers = await Promise.all(asked);
  await daemonIsReady(scene);
  const cut = answers.filter((answer) => !isFinal(answer)).length;
  const again = async (index: number): Promise<Answer> => {
    const [path, input] = orders[index] as (typeof orders)[number];
    const answer = answers[index] as Answer;
    return isFinal(answer) ? answer : await ask(scene, path, input);
  };
  // A spawn cannot be asked for again: whether it was done is seen when everything is settled.
  const spawned = answers[1] as Answer;
  if (spawned.kind === 'ok') await adopt(scene, spawned.value);
  else scene.model.spawnCutOff();
  must(await again(2), `kill ${victim.id}`);
  scene.model.change(victim.id, { phase: 'terminated', due: 'nothing' });
  if (answers[3]?.kind === 'refused' && isFinal(answers[3]) && ended.comesBack === 'yes')
    throw new Error(`restore ${ended.id}: ${JSON.stringify(answers[3])}`);
  await bringBack(scene, ended, 'restore');
  must(await again(4), `send to ${keeper.id}`);
  scene.model.send({ sessionId: keeper.id, ...message });
  await takeEnsured(scene, [must<Ensured>(await again(0), 'ensure'), must<Ensured>(await again(5), 'ensure')]);
  return `${orders.length} at once, ${cut} cut off`;
}

export async function parallel(scene: Scene): Promise<Effect> {
  return { seen: await atOnce(scene, () => Promise.resolve()) };
}

export async function parallelUnderKill(scene: Scene): Promise<Effect> {
  let killed = 0;
  const seen = await atOnce(scene, async () => {
    await hold(scene.random.below(250));
    killed = await killDaemon(scene);
    scene.faultEnds();
  });
  return { seen: `${seen}, daemon ${killed} gone` };
}

/** I12: what was acknowledged survives a kill in the next instant. */
export async function acknowledgedThenKill(scene: Scene): Promise<Effect> {
  const pid = await daemonIsReady(scene);
  const what = scene.random.pick(['spawn', 'kill', 'send', 'rename'] as const);
  const done = await acknowledged(scene, what);
  process.kill(pid, 'SIGKILL');
  await eventually(`daemon ${pid} to be gone`, () => !isRunning(pid));
  scene.faultEnds();
  await done();
  return { seen: `${what} acknowledged, then daemon ${pid} gone` };
}

/** Does it, and resolves to what the model must be told, once the daemon is killed. */
async function acknowledged(scene: Scene, what: 'spawn' | 'kill' | 'send' | 'rename'): Promise<() => Promise<unknown>> {
  switch (what) {
    case 'spawn': {
      await makeRoom(scene);
      const value = must(await ask(scene, 'sessions.spawn', spawnInput(scene, pickRole(scene))), 'spawn');
      return () => adopt(scene, value);
    }
    case 'kill': {
      const { id } = await liveOne(scene);
      must(await ask(scene, 'sessions.kill', { id }), `kill ${id}`);
      return async () => scene.model.change(id, { phase: 'terminated', due: 'nothing' });
    }
    case 'send': {
      const { id } = await liveOne(scene, 'keeper');
      const message = newMessage(scene, 1);
      must(await ask(scene, 'sessions.send', { id, ...message }), `send to ${id}`);
      return async () => scene.model.send({ sessionId: id, ...message });
    }
    case 'rename': {
      const { id } = await liveOne(scene);
      const title = `renamed by ${scene.number}`;
      must(await ask(scene, 'sessions.rename', { id, title }), `rename ${id}`);
      return async () => {
        await daemonIsReady(scene);
        const row = await read<{ readonly title: string }>(scene, 'sessions.get', { id });
        if (row.title !== title) scene.violated('sessionsLost', `${id} was renamed to "${title}" and is "${row.title}"`);
      };
    }
  }
}
