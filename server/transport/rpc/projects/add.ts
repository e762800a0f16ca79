import { projectAddInput } from '../../../contract/project.ts';
import { toProjectView } from '../../views.ts';
import { procedure } from '../trpc.ts';
import { givenSettings } from './settings.ts';

export const addProject = procedure
  .input(projectAddInput)
  .mutation(async ({ ctx, input: { path, id, ...settings } }) =>
    toProjectView(await ctx.services.projects.add({ path, id: id ?? null, settings: givenSettings(settings) })),
  );
