import { dismissBriefingInput } from '../../../contract/briefing.ts';
import { toBriefingView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const dismissBriefing = procedure
  .input(dismissBriefingInput)
  .mutation(({ ctx, input }) => toBriefingView(ctx.services.briefing.dismiss(Date.parse(input.at))));
