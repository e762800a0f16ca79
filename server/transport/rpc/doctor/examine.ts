import { toExamination } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const examine = procedure.query(async ({ ctx }) => toExamination(await ctx.services.doctor.examine()));
