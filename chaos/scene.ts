/** What events are made of: asking the daemon as a user would, and telling the model what that must have come to. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../server/testing/resources.ts';
import { isRunning, signal } from '../server/testing/world.ts';
import type { Answer } from './api.ts';
import { AGENT_ROLES, type AgentRole, type Expected, type Model, PRECIOUS_FILE, preciousText } from './model.ts';
import type { Count, SeenRow } from './oracle.ts';
import type { Random } from './random.ts';
import { conversationsOf, KEEPER, PROJECT, STUBBORN, type Stand } from './stand.ts';

const MOST_OPEN = 8;
const PROMPTLESS_PERCENT = 50;
const AGAIN_LIMIT_MS = 60_000;

export type Scene = {
  readonly stand: Stand;
  readonly model: Model;
  readonly random: Random;
  /** Number of the event, for names that nobody else uses. */
  readonly number: number;
  /** From here on the run waits for everything to be settled, and says how long that took. */
  faultEnds(): void;
  violated(count: Count, what: string): void;
};

/** What an event came to: how its effect was seen, or why it could not be had here. */
export type Effect = { readonly seen: string } | { readonly impossible: string };

/** Asks until there is an answer: a daemon that is away is waited for. */
export async function ask(scene: Pick<Scene, 'stand'>, path: string, input: Record<string, unknown>): Promise<Answer> {
  return await untilFinal(path, () => scene.stand.api.mutate(path, input));
}

/** What a daemon that is there says of one thing. */
export async function read<T>(scene: Pick<Scene, 'stand'>, path: string, input?: Record<string, unknown>): Promise<T> {
  return must<T>(await untilFinal(path, () => scene.stand.api.query(path, input)), path);
}

async function untilFinal(path: string, call: () => Promise<Answer>): Promise<Answer> {
  let last: Answer = { kind: 'cut', why: 'not asked' };
  return await eventually(
    () => `an answer to ${path}: ${JSON.stringify(last)}`,
    async () => {
      last = await call();
      return isFinal(last) ? last : null;
    },
    { limitMs: AGAIN_LIMIT_MS, everyMs: 50 },
  );
}

/** An answer by a daemon that did what it was asked, or refused to. */
export const isFinal = (answer: Answer): boolean =>
  answer.kind === 'ok' || (answer.kind === 'refused' && !answer.code.startsWith('DAEMON_') && answer.code !== 'RUNTIME_UNAVAILABLE');

export function must<T>(answer: Answer, what: string): T {
  if (answer.kind !== 'ok') throw new Error(`${what}: ${JSON.stringify(answer)}`);
  return answer.value as T;
}

/** Without a prompt in some of them: whether such a one comes back is the agent's own doing. */
export const spawnInput = ({ random }: Pick<Scene, 'random'>, role: AgentRole): Record<string, unknown> => ({
  projectId: PROJECT,
  ...(random.chance(PROMPTLESS_PERCENT) ? {} : { prompt: 'go on' }),
  ...(role === 'shell' ? { agent: 'shell' } : {}),
  ...(role === 'talker' ? { agent: 'claude-code' } : {}),
  ...(role === 'keeper' ? { agent: 'custom', command: KEEPER } : {}),
  ...(role === 'stubborn' ? { agent: 'custom', command: STUBBORN } : {}),
});

export const pickRole = ({ random }: Scene): AgentRole => random.pick(AGENT_ROLES);

type Row = SeenRow & { readonly agent: string; readonly command: string | null; readonly prompt: string | null };

const roleOf = (row: Row): AgentRole =>
  row.agent === 'shell' ? 'shell' : row.agent === 'claude-code' ? 'talker' : row.command === KEEPER ? 'keeper' : 'stubborn';

const comesBack = (row: Row): Expected['comesBack'] =>
  row.kind === 'orchestrator' || row.prompt !== null || ['shell', 'talker'].includes(roleOf(row)) ? 'yes' : 'no';

/** Takes a session that is live into the model, with a file of uncommitted work in its worktree. */
export async function adopt(scene: Pick<Scene, 'stand' | 'model'>, value: unknown): Promise<Expected> {
  const row = value as Row;
  const panePid = await panePidOf(scene.stand, row.launchId);
  const file = join(row.workspacePath, PRECIOUS_FILE);
  writeFileSync(file, preciousText(row.id));
  // Before it has noted anything there is no conversation to go on with.
  const conversation = join(conversationsOf(scene.stand.world), `${row.agentSessionId}.jsonl`);
  if (roleOf(row) === 'talker') await eventually(`the conversation of ${row.id}`, () => existsSync(conversation));
  const { id, kind, workspacePath, branch, agentSessionId, launchId } = row;
  const expected: Expected = {
    id,
    kind,
    role: roleOf(row),
    workspacePath,
    branch,
    agentSessionId,
    phase: 'live',
    launchId,
    panePid,
    comesBack: comesBack(row),
    due: 'nothing',
    work: 'in its worktree',
    exitedLaunches: scene.model.find(id)?.exitedLaunches ?? [],
  };
  scene.model.put(expected);
  return expected;
}

export async function panePidOf({ world }: Stand, launchId: string): Promise<number> {
  return await eventually(
    `a process of launch ${launchId}`,
    () => world.panes().find((pane) => pane.launchId === launchId && !pane.dead)?.pid,
  );
}

export async function spawnOne(scene: Scene, role: AgentRole): Promise<Expected> {
  await makeRoom(scene);
  return await adopt(scene, must(await ask(scene, 'sessions.spawn', spawnInput(scene, role)), 'spawn'));
}

export async function killOne(scene: Scene, { id }: Pick<Expected, 'id'>): Promise<void> {
  must(await ask(scene, 'sessions.kill', { id }), `kill ${id}`);
  scene.model.change(id, { phase: 'terminated', due: 'nothing' });
}

/** `sessions.restore` or `sessions.resume`, until it is back; one that was back already, or cannot come back, stays as it is. */
export async function bringBack(scene: Scene, { id, comesBack }: Expected, how: 'restore' | 'resume'): Promise<string> {
  const answer = await ask(scene, `sessions.${how}`, { id });
  if (comesBack === 'no') {
    // I4: launched anew it would be another one under its name.
    if (answer.kind !== 'refused' || answer.code !== 'SESSION_NOT_RESUMABLE')
      scene.violated('unpredicted', `${id} has nothing to go on with, and its ${how}: ${JSON.stringify(answer)}`);
    return `refused, for ${id} has nothing to go on with`;
  }
  if (answer.kind === 'refused' && answer.code !== 'SESSION_ALREADY_LIVE') throw new Error(`${how} ${id}: ${JSON.stringify(answer)}`);
  const row = await read<SeenRow>(scene, 'sessions.get', { id });
  const { launchId } = row;
  scene.model.change(id, { phase: 'live', due: 'nothing', launchId, panePid: await panePidOf(scene.stand, launchId) });
  return `${id} is back`;
}

export async function makeRoom(scene: Scene): Promise<void> {
  const open = scene.model.sessions().filter(({ phase, kind }) => phase !== 'terminated' && kind === 'worker');
  for (const session of open.slice(0, Math.max(0, open.length - MOST_OPEN + 1))) await killOne(scene, session);
}

/** A worker that is live in that role, spawned if there is none. */
export async function liveOne(scene: Scene, role?: AgentRole, but: readonly string[] = []): Promise<Expected> {
  const found = scene.model.live(role).filter(({ id, kind }) => kind === 'worker' && !but.includes(id));
  return found.length > 0 ? scene.random.pick(found) : await spawnOne(scene, role ?? pickRole(scene));
}

export async function terminatedOne(scene: Scene, but: readonly string[] = []): Promise<Expected> {
  const found = scene.model.sessions().filter(({ phase, kind }) => phase === 'terminated' && kind === 'worker');
  if (found.length > 0) return scene.random.pick(found.slice(-10));
  const session = await liveOne(scene, undefined, but);
  await killOne(scene, session);
  return session;
}

/** The agent's process ends, its terminal stays. */
export async function endAgent(scene: Scene, { id, panePid, launchId, exitedLaunches }: Expected): Promise<void> {
  signal(panePid, 'SIGKILL');
  await eventually(`the agent of ${id} to be gone`, () => !isRunning(panePid));
  scene.model.change(id, { phase: 'exited', exitedLaunches: [...exitedLaunches, launchId] });
}

export async function killDaemon({ stand }: Pick<Scene, 'stand'>): Promise<number> {
  const pid = stand.world.daemonPid();
  signal(pid, 'SIGKILL');
  await eventually(`daemon ${pid} to be gone`, () => !isRunning(pid));
  return pid;
}

/** A daemon that answers, brought by a tab if need be. */
export async function daemonIsReady({ stand }: Pick<Scene, 'stand'>): Promise<number> {
  return await eventually(
    'a daemon to be ready',
    async () => ((await stand.api.query('daemon.status', undefined, 2_000)).kind === 'ok' ? stand.world.daemonPid() : null),
    { limitMs: AGAIN_LIMIT_MS },
  );
}

export async function supervisors(scene: Pick<Scene, 'stand'>): Promise<{ readonly supervisors: number; readonly owner: string }> {
  return await read(scene, 'daemon.status');
}

export async function tabsAreHeld({ stand }: Pick<Scene, 'stand'>): Promise<void> {
  await eventually('the tabs to be connected', () => stand.tabs().every((tab) => ['counted', 'not_counted'].includes(tab.hears())), {
    limitMs: AGAIN_LIMIT_MS,
  });
}

/** For as long as a fault lasts: the passing of time is the fault. */
export const hold = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
