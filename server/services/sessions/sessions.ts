/** The sessions as the transports see them: finds what a request names, runs the operation, derives what it means now. */
import { AppError } from '../../core/errors.ts';
import type { OrchestratorService, SessionService } from '../../ports/app-services.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Operations } from '../operations.ts';
import type { Cleanup } from './cleanup.ts';
import type { SessionContext } from './context.ts';
import type { createEnsureOrchestrator } from './ensure-orchestrator.ts';
import { requireProject, resolveSession } from './find.ts';
import type { Kill } from './kill.ts';
import type { Parking } from './parking.ts';
import type { Recover } from './recover.ts';
import type { Report } from './report.ts';
import type { Spawn } from './spawn.ts';

/** Bytes of UTF-8. */
export const MESSAGE_LIMIT_BYTES = 1_048_576;

type Parts = {
  readonly operations: Operations;
  readonly spawn: Spawn;
  readonly kill: Kill;
  readonly recover: Recover;
  readonly ensure: ReturnType<typeof createEnsureOrchestrator>;
  readonly delivery: Delivery;
  readonly report: Report;
  readonly parking: Parking;
  readonly cleanup: Cleanup;
};

export function createSessions(
  context: SessionContext,
  parts: Parts,
): { readonly sessions: SessionService; readonly orchestrator: OrchestratorService } {
  const { store, runtime, workspace, secrets } = context;
  const { operations, report } = parts;

  const sessions: SessionService = {
    list({ projectId, which }) {
      if (projectId !== null) requireProject(store, projectId);
      const filter = {
        ...(projectId === null ? {} : { projectId }),
        ...(which === 'all' ? {} : { phases: ['spawning', 'live'] as const }),
      };
      return store.sessions.list(filter).map(report);
    },
    get: (ref) => report(resolveSession(store, ref)),
    spawn: (request) =>
      operations.run('spawn', async () => report(await parts.spawn.spawn({ ...request, kind: 'worker', replaces: null }))),
    kill: (ref) =>
      operations.run('kill', async () => {
        const killed = await parts.kill.kill(resolveSession(store, ref).id);
        return { ...report(killed.session), worktree: killed.worktree, worktreeNote: killed.note };
      }),
    restore: (ref) =>
      operations.run('restore', async () => {
        const back = await parts.recover.restore(resolveSession(store, ref).id);
        parts.delivery.kick(back.session.id);
        return { ...report(back.session), mode: back.mode, note: back.note };
      }),
    resume: (ref) =>
      operations.run('resume', async () => {
        const back = await parts.recover.resume(resolveSession(store, ref).id);
        parts.delivery.kick(back.session.id);
        return { ...report(back.session), mode: back.mode, note: back.note };
      }),
    ...parts.parking,
    cleanup: (mode) => operations.run('cleanup', () => parts.cleanup(mode)),
    rename(ref, title) {
      const { id } = resolveSession(store, ref);
      const renamed = store.sessions.update(id, { title }, { kind: 'renamed', reason: 'asked for by the user' });
      context.faults.passed('rename.title');
      return report(renamed);
    },
    async logs(ref, { lines }) {
      const session = resolveSession(store, ref);
      if (session.phase === 'terminated') {
        throw new AppError({
          code: 'SESSION_NOT_LIVE',
          message: `${session.id} is terminated; its terminal is gone.`,
          hint: `Bring it back with \`ao restore ${session.id}\`.`,
        });
      }
      const text = await runtime.capture(session.runtimeHandle, { historyLines: lines });
      return { id: session.id, text: text.split('\n').slice(-lines).join('\n') };
    },
    send(ref, { text, key }) {
      const session = resolveSession(store, ref);
      if (session.phase === 'terminated') {
        throw new AppError({
          code: 'SESSION_NOT_LIVE',
          message: `${session.id} is terminated and takes no messages.`,
          hint: `Bring it back with \`ao restore ${session.id}\`.`,
        });
      }
      const bytes = new TextEncoder().encode(text).length;
      if (bytes > MESSAGE_LIMIT_BYTES) {
        throw new AppError({
          code: 'MESSAGE_TOO_LONG',
          message: `The message has ${bytes} bytes; the limit is ${MESSAGE_LIMIT_BYTES}.`,
          hint: 'Put the text into a file and name the file in the message.',
        });
      }
      const id = secrets.newMessageId();
      const message = store.messages.enqueue({ id, sessionId: session.id, key: key ?? id, text });
      context.faults.passed('deliver.queued');
      parts.delivery.kick(session.id);
      return message;
    },
    messages: (ref) => store.messages.list(resolveSession(store, ref).id),
    events: (ref) => store.sessions.events(resolveSession(store, ref).id),
    async dirt(ref) {
      const session = resolveSession(store, ref);
      const { workspace: place } = session;
      const worktree = await workspace.state(place);
      if (worktree !== 'present') return { branch: place.branch, worktree, files: [] };
      const { files } = await workspace.dirt(place, requireProject(store, session.projectId).disposable);
      return { branch: place.branch, worktree, files };
    },
  };

  const orchestrator: OrchestratorService = {
    ensure: (request) =>
      operations.run('ensure orchestrator', async () => {
        const ensured = await parts.ensure(request);
        return { ...report(ensured.session), created: ensured.created };
      }),
  };
  return { sessions, orchestrator };
}
