import { sessionGetInput } from '../../../contract/session.ts';
import { toEvidenceView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const getSessionEvidence = procedure
  .input(sessionGetInput)
  .query(({ ctx, input }) => toEvidenceView(ctx.services.evidence.of(input.id)));
