/** Why a session is held to be what it is. Times are ISO 8601. */
import { z } from 'zod';
import { SESSION_STATUSES } from '../core/session/status.ts';
import { sessionEventViewSchema } from './session.ts';

/** What one look at its runtime said. `unknown` proves nothing (I9). */
export const lookViewSchema = z.object({
  at: z.string(),
  state: z.enum(['alive', 'exited', 'dead', 'unknown']),
  /** Of the agent, or of what it runs in, while `alive`. */
  pid: z.number().int().nullable(),
  /** In words: the exit, what proves the death, or why nothing can be told. */
  detail: z.string().nullable(),
});

export const evidenceViewSchema = z.object({
  id: z.string(),
  status: z.enum(SESSION_STATUSES),
  reason: z.string(),
  /** `null`: not looked at since this daemon started, or there is no runtime to look at. */
  look: lookViewSchema.nullable(),
  /** Of the machine's boot in which the look was taken. */
  bootId: z.string(),
  launch: z.object({ id: z.string(), at: z.string(), runtime: z.string() }),
  /** The last thing the agent said of itself. */
  signal: z.object({ activity: z.string(), source: z.string(), at: z.string() }).nullable(),
  exit: z.object({ code: z.number().int().nullable(), signal: z.string().nullable(), at: z.string() }).nullable(),
  recovery: z.object({ state: z.enum(['queued', 'failed']), reason: z.string(), at: z.string() }).nullable(),
  lastEvent: sessionEventViewSchema.nullable(),
});
export type EvidenceView = z.infer<typeof evidenceViewSchema>;
