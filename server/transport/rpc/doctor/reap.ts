import { reapInput } from '../../../contract/doctor.ts';
import type { RuntimeHandle } from '../../../core/ids.ts';
import { procedure } from '../trpc.ts';

/** Of a runtime that carries our tag and belongs to no session; any other is refused. */
export const reapRuntime = procedure.input(reapInput).mutation(async ({ ctx, input }) => {
  await ctx.services.doctor.reap(input.handle as RuntimeHandle);
  return { handle: input.handle };
});
