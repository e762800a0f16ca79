import { recordingReadInput } from '../../../contract/recording.ts';
import { procedure } from '../trpc.ts';

export const readRecording = procedure
  .input(recordingReadInput)
  .query(({ ctx, input: { id, startedAtMs, offset } }) => ctx.services.recordings.read({ sessionId: id, startedAtMs }, offset));
