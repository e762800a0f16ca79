/**
 * The run file (SPEC §1.3): how anybody finds the daemon. Missing means nobody; present means only "look here", since the
 * pid may be stale or recycled: `/healthz` must answer with the same service and pid.
 */
import { z } from 'zod';
import { OWNERS } from '../core/liveness/owner.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';

export const ownerSchema = z.enum(OWNERS);

export const runFileSchema = z.object({
  pid: z.number().int().positive(),
  /** Opaque process start time; with the pid it names one process for good. */
  processStartedAt: z.string().min(1),
  bootId: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  state: z.enum(['starting', 'ready']),
  /** ISO 8601. */
  startedAt: z.string(),
  version: z.string(),
  instanceId: z.string(),
  owner: ownerSchema,
  /** Actual path of the supervisor socket; `null` where it could not be bound. */
  superviseSocket: z.string().nullable(),
}) satisfies z.ZodType<RunFileEntry>;

/** The text of a run file; `null` for anything that is not a whole one. */
export function parseRunFile(text: string): RunFileEntry | null {
  try {
    const parsed = runFileSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Body of `GET /healthz` (200 as soon as the port is bound). `/readyz` answers the same, 503 until ready. */
export const healthSchema = z.object({
  service: z.string(),
  pid: z.number().int().positive(),
  state: z.enum(['starting', 'ready', 'stopping']),
  version: z.string(),
  protocol: z.number().int(),
  instanceId: z.string(),
});
export type Health = z.infer<typeof healthSchema>;
