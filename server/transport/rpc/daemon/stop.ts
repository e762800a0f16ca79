import { anytime } from '../trpc.ts';

/** Deliberate: no tab brings the daemon back until somebody starts it. Sessions live on. */
export const stopDaemon = anytime.mutation(({ ctx }) => {
  ctx.stopAfterAnswer({ reason: 'asked for by the user', by: 'user' });
  return { pid: ctx.services.daemon.status().pid };
});
