/** Looks for what no session accounts for and for what is broken underneath; does nothing unless it is asked to. */
import { findTrouble } from '../core/doctor/findings.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { RuntimeHandle } from '../core/ids.ts';
import type { SeenRuntime } from '../core/session/probe.ts';
import type { AgentService, Check, DoctorService } from '../ports/app-services.ts';
import type { RuntimeDestroyer, RuntimeLauncher, RuntimeProbe } from '../ports/runtime.ts';
import type { Store } from '../ports/store.ts';
import type { WorkspaceSurvey } from '../ports/workspace.ts';
import type { Recorder } from './recording/recorder.ts';
import type { Report } from './sessions/report.ts';

type Deps = {
  readonly store: Store;
  readonly survey: WorkspaceSurvey;
  readonly runtime: RuntimeDestroyer & RuntimeProbe & Pick<RuntimeLauncher, 'assertInstalled'>;
  readonly agents: AgentService;
  readonly report: Report;
  /** As of the latest look. */
  readonly orphans: () => readonly SeenRuntime[];
  readonly recording: () => Pick<Recorder, 'recording' | 'trouble'>;
};

/** A host that is stopped does not answer at all; this is how long it is waited for. */
const HOST_LIMIT_MS = 2_000;

export function createDoctor({ store, survey, runtime, agents, report, orphans, recording }: Deps): DoctorService {
  async function check(id: string, says: string, work: () => Promise<void> | void): Promise<Check> {
    try {
      await work();
      return { id, verdict: 'ok', says, fix: null };
    } catch (caught) {
      const { message, hint } = toAppError(caught);
      return { id, verdict: 'fail', says: message, fix: hint };
    }
  }

  /** Asked now: the latest look may be older than what has just happened to it. */
  async function checkHost(): Promise<void> {
    await runtime.assertInstalled();
    const open = store.sessions.list({ phases: ['spawning', 'live'] });
    const { byHandle } = await runtime.probe(
      open.map(({ runtimeHandle }) => runtimeHandle),
      { limitMs: HOST_LIMIT_MS },
    );
    for (const { id, runtimeHandle } of open) {
      const probe = byHandle.get(runtimeHandle);
      if (probe?.state === 'unknown') throw new AppError({ code: 'RUNTIME_UNAVAILABLE', message: probe.why, hint: `ao why ${id}` });
    }
  }

  async function checkAgents(): Promise<readonly Check[]> {
    const found = await agents.list(null);
    return found.map(({ name, missing }): Check => {
      const id = `agent ${name}`;
      if (missing === null) return { id, verdict: 'ok', says: 'It would start.', fix: null };
      return { id, verdict: 'warn', says: missing.why, fix: missing.hint };
    });
  }

  /** Said only where something is recorded, or should be: most record nothing. */
  function recordings(): readonly Check[] {
    const trouble = recording().trouble();
    if (trouble !== null) return [{ id: 'recordings', verdict: 'warn', says: trouble.message, fix: trouble.hint }];
    const count = recording().recording();
    return count === 0 ? [] : [{ id: 'recordings', verdict: 'ok', says: `${count} sessions are recorded.`, fix: null }];
  }

  async function keptWork(): Promise<readonly { readonly repository: string; readonly ref: string }[]> {
    const repositories = [...new Set(store.projects.list().map(({ path }) => path))];
    const found = await Promise.all(
      repositories.map(async (repository) => (await survey.preservedRefs(repository)).map((ref) => ({ repository, ref }))),
    );
    return found.flat();
  }

  return {
    async examine() {
      const [database, host, ofAgents, folders, kept] = await Promise.all([
        check('database', 'It is sound.', store.check),
        check('session host', 'It is installed, new enough and answers.', checkHost),
        checkAgents(),
        survey.folders(),
        keptWork(),
      ]);
      const sessions = store.sessions.list().map(report);
      return {
        checks: [database, host, ...ofAgents, ...recordings()],
        findings: findTrouble({ orphans: orphans(), folders, sessions, kept }),
      };
    },

    async reap(handle: RuntimeHandle) {
      const orphan = orphans().find((seen) => seen.handle === handle);
      const launchId = orphan?.probe.tags.launchId ?? null;
      if (launchId === null) {
        throw new AppError({
          code: 'RUNTIME_NOT_FOUND',
          message: `There is no runtime "${handle}" that is ours and belongs to no session.`,
          hint: 'List them with `ao doctor`; what belongs to a session is ended with `ao kill`.',
        });
      }
      await runtime.destroy(handle, launchId);
    },
  };
}
