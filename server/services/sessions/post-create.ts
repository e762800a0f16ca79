/** A project's own commands after a worktree is made (install, code generation …), one after the other, each bounded in time. */
import { AppError } from '../../core/errors.ts';
import type { Project } from '../../ports/store.ts';
import type { SessionContext } from './context.ts';

/** A cold install of a large repository; more than this is a hang. */
const LIMIT_MS = 15 * 60_000;
const TAIL_CHARACTERS = 600;

type Where = {
  readonly project: Project;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

export async function runPostCreate(
  deps: Pick<SessionContext, 'runner' | 'log' | 'faults'>,
  { project, cwd, env, signal }: Where,
): Promise<void> {
  for (const command of project.postCreate) {
    deps.log.info({ projectId: project.id, cwd }, 'post-create command starts');
    const result = await deps.runner.run({ command: '/bin/sh', args: ['-c', command], cwd, env, timeoutMs: LIMIT_MS, signal });
    deps.faults.passed('spawn.command');
    if (result.outcome === 'exited' && result.code === 0) continue;
    const how =
      result.outcome === 'exited'
        ? `exited with ${result.code ?? result.signal ?? '?'}`
        : { timed_out: 'did not end in 15 minutes', cancelled: 'was cut short', not_started: 'could not be started' }[result.outcome];
    const tail = `${result.stdout}\n${result.stderr}`.trim().slice(-TAIL_CHARACTERS);
    throw new AppError({
      code: 'POST_CREATE_FAILED',
      message: `The post-create command \`${command}\` ${how}.${tail === '' ? '' : ` It said: ${tail}`}`,
      hint: `Run it in the repository by hand, then mend it with \`ao project set ${project.id} --post-create …\`.`,
    });
  }
}
