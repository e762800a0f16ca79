import { type ProjectCheck, projectCheckInput } from '../../../contract/project.ts';
import { AppError } from '../../../core/errors.ts';
import { procedure } from '../trpc.ts';

export const checkProject = procedure.input(projectCheckInput).query(async ({ ctx, input }): Promise<ProjectCheck> => {
  try {
    return { ok: true, ...(await ctx.services.projects.check(input.path)) };
  } catch (caught) {
    if (caught instanceof AppError && caught.code !== 'INTERNAL') return { ok: false, error: caught.toJSON() };
    throw caught;
  }
});
