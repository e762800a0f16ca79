import { setOwnerInput } from '../../../contract/daemon.ts';
import { toDaemonStatus } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const setDaemonOwner = procedure
  .input(setOwnerInput)
  .mutation(({ ctx, input }) => toDaemonStatus(ctx.services.daemon.setOwner(input.owner)));
