/** A session with what it means at this moment. */
import { NO_CAPABILITIES } from '../../core/agent/capabilities.ts';
import type { Session } from '../../core/session/session.ts';
import { deriveStatus } from '../../core/session/status.ts';
import type { SessionReport } from '../../ports/app-services.ts';
import type { SessionContext } from './context.ts';

export type Report = (session: Session) => SessionReport;

export function createReport({ agents, looks, clock }: Pick<SessionContext, 'agents' | 'looks' | 'clock'>): Report {
  return (session) => {
    const capabilities = agents.names.includes(session.agent) ? agents.get(session.agent).capabilities : NO_CAPABILITIES;
    return { session, derived: deriveStatus({ session, capabilities, look: looks.get(session.id), nowMs: clock.nowMs() }) };
  };
}
