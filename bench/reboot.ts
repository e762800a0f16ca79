/**
 * After a reboot: N sessions of two projects, each project with an orchestrator; how long until all are back, how many are launched
 * at once, and in which order. Beside it, as the baseline of the same machine: the time to spawn them in the first place.
 *
 *   node scripts/build.mjs --if-stale --with-fault-points --out-dir .test-build && npm run bench:reboot [-- --sessions 100 --json]
 */
import { parseArgs } from 'node:util';
import { eventually } from '../server/testing/resources.ts';
import { makeWorld, type SessionJson } from '../server/testing/world.ts';

type Event = { readonly kind: string; readonly at: string };
type Launch = { readonly id: string; readonly beganMs: number; readonly backMs: number };

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } } });
const wanted = Number(values.sessions);
const LIMIT_MS = 300_000;
const AT_ONCE = 6;

/** `work` for each of `items`, a few at a time. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return results;
}

await using world = await makeWorld();
await world.ok(['start']);
const orchestrators: string[] = [];
for (const id of ['app', 'api']) {
  const repo = id === 'app' ? world.repo : `${world.root}/api`;
  if (id === 'api') world.git(['clone', '--quiet', world.repo, repo]);
  await world.ok(['project', 'add', '--path', repo, '--id', id, '--agent', 'shell', '--orchestrator-agent', 'shell']);
}
const spawnedMs = performance.now();
await inTurns(
  Array.from({ length: wanted - 2 }, (_, index) => (index % 2 === 0 ? 'app' : 'api')),
  (project) => world.ok(['spawn', '--project', project]),
);
// Last, so that only their precedence can bring them back first.
for (const id of ['app', 'api'])
  orchestrators.push((await world.ok<{ session: SessionJson }>(['orchestrator', 'ensure', '--project', id])).session.id);
const spawnTookMs = performance.now() - spawnedMs;
const before = (await world.ok<SessionJson[]>(['ls'])).map(({ id, workspacePath }) => `${id} ${workspacePath}`).sort();

await world.reboot();
const rebootedMs = performance.now();
await world.ok(['start']);
const readyTookMs = performance.now() - rebootedMs;
const isBack = async (): Promise<boolean> => {
  const { recovering } = await world.ok<{ recovering: number }>(['status']);
  return recovering === 0 && world.panes().length === wanted;
};
await eventually('all to be back', isBack, { limitMs: LIMIT_MS, everyMs: 100 });
const backTookMs = performance.now() - rebootedMs;

const after = await world.ok<SessionJson[]>(['ls']);
const lost = before.filter(
  (line) => !after.some(({ id, workspacePath, status }) => `${id} ${workspacePath}` === line && status === 'running'),
);
const launches = await inTurns(after, async ({ id }): Promise<Launch> => {
  const events = await world.ok<Event[]>(['events', id]);
  const at = (kind: string): number => Date.parse(events.findLast((event) => event.kind === kind)?.at ?? '');
  return { id, beganMs: at('relaunching'), backMs: at('recovered') };
});
const order = launches.toSorted((a, b) => a.beganMs - b.beganMs);
const atOnce = Math.max(
  ...launches.map(({ beganMs }) => launches.filter((other) => other.beganMs <= beganMs && other.backMs > beganMs).length),
);
const report = {
  sessions: wanted,
  lost: lost.length,
  spawnTookMs: Math.round(spawnTookMs),
  readyTookMs: Math.round(readyTookMs),
  backTookMs: Math.round(backTookMs),
  launchedAtOnce: atOnce,
  orchestratorsCameBackAs: orchestrators.map((id) => order.findIndex((launch) => launch.id === id) + 1),
};
console.log(
  values.json
    ? JSON.stringify(report)
    : [
        `${wanted} sessions after a reboot: ${lost.length} lost`,
        `spawned in                  ${report.spawnTookMs} ms (the baseline)`,
        `start to ready              ${report.readyTookMs} ms`,
        `start to all back           ${report.backTookMs} ms (${(backTookMs / spawnTookMs).toFixed(2)} x)`,
        `launched at once, at most   ${report.launchedAtOnce}`,
        `orchestrators launched as   ${report.orchestratorsCameBackAs.join(' and ')} of ${wanted}`,
      ].join('\n'),
);
