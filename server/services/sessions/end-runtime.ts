/** Ends whatever runs for a session. Knows nothing of why: kill and park write the facts around it. */
import type { FaultPoint } from '../../core/fault-points.ts';
import type { Session } from '../../core/session/session.ts';
import type { SessionContext } from './context.ts';

type Points = { readonly fenced: FaultPoint; readonly ended: FaultPoint };

/** Every launch it ever had, the last one first: where a relaunch was cut off an earlier one may stand there yet. */
export async function endRuntime(
  { store, runtime, faults }: Pick<SessionContext, 'store' | 'runtime' | 'faults'>,
  session: Session,
  points: Points,
): Promise<void> {
  for (const launchId of [...store.sessions.launchIds(session.id)].reverse()) {
    await runtime.revoke(launchId);
    faults.passed(points.fenced);
    await runtime.destroy(session.runtimeHandle, launchId);
    faults.passed(points.ended);
  }
}
