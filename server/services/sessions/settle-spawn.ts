/** Finishes or undoes a spawn that a crash cut off, for a caller that needs the answer now. */
import { AppError } from '../../core/errors.ts';
import type { Session } from '../../core/session/session.ts';
import type { SessionContext } from './context.ts';
import type { Spawn } from './spawn.ts';
import { undoSpawn } from './undo-spawn.ts';

const PROBE_LIMIT_MS = 2_000;

/** The caller holds the session's lock. Rejects with `RUNTIME_UNAVAILABLE` when neither can be decided. */
export function createSettleSpawn(context: SessionContext, spawn: Pick<Spawn, 'markSpawned'>): (session: Session) => Promise<void> {
  return async (session) => {
    const { byHandle } = await context.runtime.probe([session.runtimeHandle], { limitMs: PROBE_LIMIT_MS });
    const probe = byHandle.get(session.runtimeHandle);
    if (probe === undefined || probe.state === 'unknown') {
      throw new AppError({
        code: 'RUNTIME_UNAVAILABLE',
        message: `${session.id} was being started when the daemon ended, and its session host does not answer.`,
        hint: `It is settled by itself; look again with \`ao get ${session.id}\`.`,
      });
    }
    const created =
      probe.state !== 'dead' && probe.tags.launchId === session.launchId && probe.tags.instanceId === context.store.meta.instanceId;
    if (created) {
      spawn.markSpawned(session, 'its runtime was created; only the mark was missing');
      context.faults.passed('ensure.spawned');
    } else await undoSpawn(context, session, 'the spawn was cut off before its runtime was created');
  };
}
