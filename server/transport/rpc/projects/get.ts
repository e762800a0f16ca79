import { projectGetInput } from '../../../contract/project.ts';
import { toProjectView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const getProject = procedure.input(projectGetInput).query(({ ctx, input }) => toProjectView(ctx.services.projects.get(input.id)));
