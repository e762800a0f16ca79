/** Projects: what a repository is called here and how its sessions are started. Owns the project rows; touches no repository. */
import { AppError } from '../core/errors.ts';
import { type ProjectId, suggestProjectId } from '../core/ids.ts';
import type { AgentRegistry } from '../ports/agent.ts';
import type { ProjectService, ProjectSettings } from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { Project, Store } from '../ports/store.ts';
import type { WorkspacePort } from '../ports/workspace.ts';
import { requireProject } from './sessions/find.ts';

const DEFAULT_AGENT = 'claude-code';

type Deps = { readonly store: Store; readonly workspace: WorkspacePort; readonly agents: AgentRegistry; readonly clock: Clock };

export function createProjects({ store, workspace, agents, clock }: Deps): ProjectService {
  async function checkSettings(path: string, settings: ProjectSettings): Promise<void> {
    if (settings.agent !== undefined) agents.get(settings.agent);
    if (settings.orchestratorAgent !== undefined) agents.get(settings.orchestratorAgent);
    if (settings.base !== undefined) await workspace.assertBase(path, settings.base);
  }

  /** The id the user gave, or the folder's name with the first free number behind it. */
  function chooseId(given: ProjectId | null, root: string): ProjectId {
    if (given !== null) return given;
    const folder = folderOf(root);
    const free = freeId(folder);
    if (free === null) {
      throw new AppError({
        code: 'BAD_INPUT',
        message: `The folder name "${folder}" gives no usable project id.`,
        hint: `Choose one: \`ao project add --path ${root} --id <id>\`.`,
      });
    }
    return free;
  }

  /** What the folder is called, with the first free number behind it; `null` when nothing of that is usable. */
  function freeId(folder: string): ProjectId | null {
    const suggested = suggestProjectId(folder);
    if (suggested === null) return null;
    for (let suffix = 1; ; suffix += 1) {
      const candidate = suffix === 1 ? suggested : suggestProjectId(`${suggested.slice(0, 36)}-${suffix}`);
      if (candidate !== null && store.projects.get(candidate) === null) return candidate;
    }
  }

  return {
    async add({ path, id, settings }) {
      const repository = await workspace.inspectRepository(path);
      await checkSettings(repository.root, settings);
      // From here to the insert nothing is awaited: two that add the same repository at once must not both get through.
      const sameRepository = store.projects.list().find((project) => project.path === repository.root);
      if (sameRepository !== undefined) {
        throw new AppError({
          code: 'PROJECT_EXISTS',
          message: `${repository.root} is already the project "${sameRepository.id}".`,
          hint: `See it with \`ao project get ${sameRepository.id}\`, change it with \`ao project set ${sameRepository.id} …\`.`,
        });
      }
      const nowMs = clock.nowMs();
      const chosen = chooseId(id, repository.root);
      const project: Project = {
        id: chosen,
        path: repository.root,
        name: settings.name ?? chosen,
        base: settings.base ?? repository.headBranch,
        agent: settings.agent ?? DEFAULT_AGENT,
        orchestratorAgent: settings.orchestratorAgent ?? settings.agent ?? DEFAULT_AGENT,
        orchestratorCommand: settings.orchestratorCommand ?? null,
        env: settings.env ?? {},
        symlinks: settings.symlinks ?? [],
        postCreate: settings.postCreate ?? [],
        disposable: settings.disposable ?? [],
        record: settings.record ?? 'off',
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      };
      return store.projects.insert(project);
    },

    list: () => store.projects.list(),
    async check(path) {
      const { root, headBranch } = await workspace.inspectRepository(path);
      const existing = store.projects.list().find((project) => project.path === root)?.id ?? null;
      return { root, headBranch, suggestedId: existing ?? freeId(folderOf(root)), existing };
    },
    get: (id) => requireProject(store, id),

    async set(id, settings) {
      const project = requireProject(store, id);
      await checkSettings(project.path, settings);
      return store.projects.update(id, settings);
    },

    async remove(id) {
      const project = requireProject(store, id);
      // A parked one is to come back, so it counts as one that runs.
      const open = store.sessions.list({ projectId: id }).filter((session) => session.phase !== 'terminated' || session.parked);
      if (open.length > 0) {
        throw new AppError({
          code: 'PROJECT_IN_USE',
          message: `The project "${id}" has ${open.length} session(s) that run or are parked: ${open
            .slice(0, 5)
            .map((session) => session.id)
            .join(', ')}.`,
          hint: `End them first, e.g. \`ao kill ${open[0]?.id ?? ''}\`; worktrees and branches stay either way.`,
        });
      }
      store.projects.remove(id);
      return project;
    },
  };
}

function folderOf(root: string): string {
  return root.split(/[\\/]/).findLast((part) => part !== '') ?? '';
}
