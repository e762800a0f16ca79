/** What agents report of themselves. A session's token reaches this and nothing else; reports of earlier launches are ignored. */

import type { SessionId } from '../core/ids.ts';
import type { AgentRegistry } from '../ports/agent.ts';
import type { HookReport, ReportService, SessionPrincipal } from '../ports/app-services.ts';
import type { Log } from '../ports/log.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { SessionPatch, Store } from '../ports/store.ts';

type Deps = {
  readonly store: Store;
  readonly agents: AgentRegistry;
  readonly secrets: Secrets;
  readonly log: Log;
  /** Called when a report may let a held message go. */
  readonly onChange: (id: SessionId) => void;
};

export function createReports({ store, agents, secrets, log, onChange }: Deps): ReportService {
  return {
    authenticate(token) {
      const found = store.sessions.findByTokenHash(secrets.hash(token));
      if (found === null) return null;
      return { sessionId: found.session.id, projectId: found.session.projectId, launchId: found.launchId };
    },

    report(reporter: SessionPrincipal, report: HookReport): void {
      const session = store.sessions.get(reporter.sessionId);
      if (session === null || session.phase === 'terminated') return;
      const facts = { sessionId: session.id, event: report.event };
      if (report.launchId !== reporter.launchId || report.launchId !== session.launchId || report.agent !== session.agent) {
        log.debug(facts, 'report of another launch or agent ignored');
        return;
      }
      const signal = agents.get(session.agent).interpret(report.event, report.payload);
      if (signal === null) return;
      // Spooled hooks come late and in any order; an older word never replaces a newer one.
      const stale = session.activityAtMs !== null && report.atMs < session.activityAtMs;
      const patch: SessionPatch = {
        ...(session.firstSignalAtMs === null ? { firstSignalAtMs: report.atMs } : {}),
        ...(signal.agentSessionId !== null && signal.agentSessionId !== session.agentSessionId && !stale
          ? { agentSessionId: signal.agentSessionId }
          : {}),
        ...(signal.activity !== null && !stale
          ? { activity: signal.activity, activitySource: 'hook', activityAtMs: report.atMs, attention: signal.attention }
          : {}),
      };
      if (Object.keys(patch).length === 0) return;
      store.sessions.update(session.id, patch, { kind: 'reported', reason: report.event });
      onChange(session.id);
    },
  };
}
