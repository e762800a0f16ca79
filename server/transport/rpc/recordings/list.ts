import { recordingListInput } from '../../../contract/recording.ts';
import { toRecordingList } from '../../recording-views.ts';
import { procedure } from '../trpc.ts';

export const listRecordings = procedure
  .input(recordingListInput)
  .query(async ({ ctx, input }) => toRecordingList(await ctx.services.recordings.list(input.id)));
