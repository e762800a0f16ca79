import { projectGetInput } from '../../../contract/project.ts';
import { toProjectView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const removeProject = procedure
  .input(projectGetInput)
  .mutation(async ({ ctx, input }) => toProjectView(await ctx.services.projects.remove(input.id)));
