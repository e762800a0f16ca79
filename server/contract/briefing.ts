/** What ran when an outage began and what became of it (SPEC §3.5). Times are ISO 8601. */
import { z } from 'zod';
import { BRIEFING_CAUSES, BRIEFING_OUTCOMES } from '../core/briefing/briefing.ts';
import { SESSION_KINDS } from '../core/session/session.ts';

export const briefingItemSchema = z.object({
  id: z.string(),
  projectId: z.string(),
  kind: z.enum(SESSION_KINDS),
  title: z.string(),
  agent: z.string(),
  outcome: z.enum(BRIEFING_OUTCOMES),
  needsYou: z.boolean(),
  /** The session's status now, in one sentence. */
  reason: z.string(),
});
export type BriefingItem = z.infer<typeof briefingItemSchema>;

export const briefingSchema = z.object({
  cause: z.enum(BRIEFING_CAUSES),
  /** When it was noticed; names the briefing. */
  at: z.string(),
  /** What needs the user first. */
  items: z.array(briefingItemSchema),
});
export type BriefingView = z.infer<typeof briefingSchema>;

export const dismissBriefingInput = z.object({ at: z.iso.datetime() });
