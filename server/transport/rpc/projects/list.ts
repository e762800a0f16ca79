import { toProjectView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const listProjects = procedure.query(({ ctx }) => ctx.services.projects.list().map(toProjectView));
