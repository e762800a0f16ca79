import { recordingFindInput } from '../../../contract/recording.ts';
import { toRecordingHit } from '../../recording-views.ts';
import { procedure } from '../trpc.ts';

export const findInRecordings = procedure
  .input(recordingFindInput)
  .query(({ ctx, input: { text, id, limit } }) => ctx.services.recordings.find({ text, sessionId: id ?? null, limit }).map(toRecordingHit));
