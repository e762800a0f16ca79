/** The agents there are, and which of them would start in a session: looked for where the session itself would look. */
import { toAppError } from '../core/errors.ts';
import type { ProjectId } from '../core/ids.ts';
import { buildBaseEnvironment } from '../core/session/environment.ts';
import type { AgentRegistry } from '../ports/agent.ts';
import type { AgentFacts, AgentService } from '../ports/app-services.ts';
import type { Store } from '../ports/store.ts';
import { requireProject } from './sessions/find.ts';

type Deps = {
  readonly store: Store;
  readonly agents: AgentRegistry;
  readonly daemonEnv: Readonly<Record<string, string | undefined>>;
};

export function createAgents({ store, agents, daemonEnv }: Deps): AgentService {
  async function look(name: string, env: Readonly<Record<string, string>>): Promise<AgentFacts> {
    try {
      await agents.get(name).assertAvailable({ env, command: null });
      return { name, needsCommand: false, missing: null };
    } catch (caught) {
      const { code, message, hint } = toAppError(caught);
      // It is there; what it runs is said by each session.
      if (code === 'COMMAND_REQUIRED') return { name, needsCommand: true, missing: null };
      return { name, needsCommand: false, missing: { why: message, hint } };
    }
  }

  return {
    list: (projectId: ProjectId | null) => {
      const env = buildBaseEnvironment(daemonEnv, projectId === null ? {} : requireProject(store, projectId).env);
      return Promise.all(agents.names.map((name) => look(name, env)));
    },
  };
}
