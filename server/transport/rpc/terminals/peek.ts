import { peekInput } from '../../../contract/peek.ts';
import { procedure } from '../trpc.ts';

export const peekAtTerminals = procedure
  .input(peekInput)
  .query(({ ctx, input }) => ctx.services.peeks.look(input.screens.map(({ id, version }) => ({ session: id, version }))));
