/**
 * A process of the store's tests: does what its third argument names to the database of its first. The single acts die by
 * SIGKILL in the instruction after the call returned: what was acknowledged must be there (I12).
 */
import { writeSync } from 'node:fs';
import { toAppError } from '../../../core/errors.ts';
import type { SessionId } from '../../../core/ids.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { launch } from '../../../testing/session-facts.ts';
import { APP, draftOf, messageTo, projectFacts, WHY } from '../../../testing/store-facts.ts';
import { openStore } from './open-store.ts';

const [path = '', migrationsDir = '', what = ''] = process.argv.slice(2);
const store = openStore({ path, migrationsDir, nowMs: Date.now, log: createRecordingLog() });
const first = 'app-1' as SessionId;
const say = (line: string): void => void writeSync(1, `${line}\n`);

const ACTS: Readonly<Record<string, () => unknown>> = {
  project: () => store.projects.insert(projectFacts({ id: 'late' as typeof APP })),
  number: () => store.sessions.nextNumber(APP),
  spawn: () => store.sessions.insert(draftOf({ number: 2, prompt: 'do it' }), WHY),
  rename: () => store.sessions.update(first, { title: 'renamed' }, WHY),
  kill: () => store.sessions.update(first, { killRequestedAtMs: 7 }, WHY),
  relaunch: () => store.sessions.beginLaunch(first, { launchId: launch(9), mode: 'resumed', tokenHash: 'ninth' }, {}, WHY),
  undo: () => store.sessions.remove(first, WHY),
  message: () => store.messages.enqueue(messageTo(first)),
  stop: () => store.meta.recordStop({ reason: 'SIGTERM', atMs: 1, pid: 2 }),
};

/** Accepts messages without end and says each one's number after the call returned. */
function flood(): never {
  for (let n = 1; ; n += 1) {
    store.messages.enqueue(messageTo(first, { n }));
    say(String(n));
  }
}

/** Beside another process: takes numbers, and tries to become the orchestrator. */
function race(): void {
  const numbers = Array.from({ length: 100 }, () => store.sessions.nextNumber(APP));
  const number = numbers[0] ?? 0;
  let outcome = 'won';
  try {
    store.sessions.insert(draftOf({ number, kind: 'orchestrator', launchId: launch(number) }), WHY);
  } catch (caught) {
    outcome = toAppError(caught).code;
  }
  store.close();
  say(JSON.stringify({ numbers, outcome }));
  process.exit(0);
}

const act = ACTS[what];
if (act !== undefined) {
  act();
  process.kill(process.pid, 'SIGKILL');
}
process.stdin.once('data', what === 'flood' ? flood : race);
say('ready');
