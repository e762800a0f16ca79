/** Park and unpark for many sessions at once: who is meant, in what order, and what became of each. */
import { toAppError } from '../../core/errors.ts';
import type { SessionRef } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { ParkReport, SessionService } from '../../ports/app-services.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Limiter } from '../limiter.ts';
import type { Operations } from '../operations.ts';
import type { SessionContext } from './context.ts';
import { resolveSession } from './find.ts';
import type { Park } from './park.ts';
import type { Report } from './report.ts';

type Parts = {
  readonly operations: Operations;
  readonly park: Park;
  readonly delivery: Pick<Delivery, 'kick'>;
  readonly report: Report;
  /** Agents are heavy to start. */
  readonly limiter: Limiter;
};

export type Parking = Pick<SessionService, 'park' | 'unpark'>;

export function createParking({ store }: Pick<SessionContext, 'store'>, parts: Parts): Parking {
  const { operations, park, report } = parts;

  /** Those that are named, or all that qualify; orchestrators first. */
  function choose(refs: readonly SessionRef[] | null, qualifies: (session: Session) => boolean): readonly Session[] {
    const chosen = refs === null ? store.sessions.list().filter(qualifies) : refs.map((ref) => resolveSession(store, ref));
    const unique = [...new Map(chosen.map((session) => [session.id, session])).values()];
    return unique.toSorted((a, b) => Number(b.kind === 'orchestrator') - Number(a.kind === 'orchestrator'));
  }

  /** One that fails does not keep the others from it. */
  async function each(chosen: readonly Session[], act: (session: Session) => Promise<Session>): Promise<ParkReport> {
    const outcomes = await Promise.all(
      chosen.map(async (session) => {
        try {
          return { done: report(await parts.limiter.run(() => act(session))) };
        } catch (caught) {
          return { failed: { id: session.id, error: toAppError(caught) } };
        }
      }),
    );
    return {
      sessions: outcomes.flatMap(({ done }) => done ?? []),
      failed: outcomes.flatMap(({ failed }) => failed ?? []),
    };
  }

  return {
    park: (refs) =>
      operations.run('park', async () => {
        const running = (session: Session): boolean =>
          session.phase !== 'terminated' && session.exit === null && session.killRequestedAtMs === null;
        return await each(choose(refs, running), ({ id }) => park.park(id));
      }),
    unpark: (refs) =>
      operations.run('unpark', async () => {
        const chosen = choose(refs, (session) => session.parked);
        return await each(chosen, async ({ id }) => {
          const { session } = await park.unpark(id);
          parts.delivery.kick(id);
          return session;
        });
      }),
  };
}
