/** Ends whatever runs for a session. Knows nothing of why: kill and park write the facts around it. */
import type { Session } from '../../core/session/session.ts';
import type { SessionContext } from './context.ts';

/** Every launch it ever had, the last one first: where a relaunch was cut off an earlier one may stand there yet. */
export async function endRuntime({ store, runtime }: Pick<SessionContext, 'store' | 'runtime'>, session: Session): Promise<void> {
  for (const launchId of [...store.sessions.launchIds(session.id)].reverse()) {
    await runtime.revoke(launchId);
    await runtime.destroy(session.runtimeHandle, launchId);
  }
}
