/** What the daemon says of itself. Times are ISO 8601. */
import { z } from 'zod';
import { ownerSchema } from './run-file.ts';

export const holderSchema = z.object({
  /** A tab's is `tab-` and the id of its socket, so that a page knows itself. */
  id: z.string(),
  kind: z.enum(['tab', 'terminal', 'socket']),
  since: z.string(),
  detail: z.string(),
});
export type Holder = z.infer<typeof holderSchema>;

export const lastStopSchema = z.object({ reason: z.string(), at: z.string(), pid: z.number().int() });

export const daemonStatusSchema = z.object({
  pid: z.number().int(),
  port: z.number().int(),
  owner: ownerSchema,
  instanceId: z.string(),
  version: z.string(),
  startedAt: z.string(),
  supervisors: z.number().int(),
  holders: z.array(holderSchema),
  graceEndsAt: z.string().nullable(),
  /** How long it stays after the last client left. Milliseconds. */
  graceMs: z.number().int(),
  /** How long after the last one was lost behind a tunnel. Milliseconds. */
  lossGraceMs: z.number().int(),
  lastStop: lastStopSchema.nullable(),
  /** Sessions by what is still to be settled after this start. */
  recovering: z.number().int(),
});
export type DaemonStatus = z.infer<typeof daemonStatusSchema>;

export const setOwnerInput = z.object({ owner: ownerSchema });

/** Body of `POST /shutdown`; the answer is 202 with the same pid as `/healthz`. */
export const shutdownInput = z.object({
  reason: z
    .string()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u),
  /** `user`: deliberate, so no tab brings the daemon back by itself. `gateway`: an end that the next request may undo. */
  by: z.enum(['user', 'gateway']).default('user'),
});
/** Also what `daemon.stop` answers. */
export const shutdownResultSchema = z.object({ pid: z.number().int() });
