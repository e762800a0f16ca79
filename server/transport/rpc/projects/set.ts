import { projectSetInput } from '../../../contract/project.ts';
import { toProjectView } from '../../views.ts';
import { procedure } from '../trpc.ts';
import { givenSettings } from './settings.ts';

export const setProject = procedure
  .input(projectSetInput)
  .mutation(async ({ ctx, input: { id, ...settings } }) => toProjectView(await ctx.services.projects.set(id, givenSettings(settings))));
