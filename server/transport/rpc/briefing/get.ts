import { toBriefingView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const getBriefing = procedure.query(({ ctx }) => toBriefingView(ctx.services.briefing.current()));
