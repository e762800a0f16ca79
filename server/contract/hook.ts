/**
 * What an agent's hook posts to `/hooks` with its session token (and nothing else it may do). The event is the agent's own
 * word; the adapter's pure mapping makes an activity of it.
 */
import { z } from 'zod';

export const hookInput = z.object({
  sessionId: z.string().min(1).max(80),
  launchId: z.string().min(1).max(80),
  agent: z.string().min(1).max(40),
  event: z.string().min(1).max(80),
  /** When it happened, ms since 1970; spooled hooks arrive late. */
  atMs: z.number().int().nonnegative(),
  payload: z.record(z.string(), z.unknown()).default({}),
});
export type HookInput = z.infer<typeof hookInput>;
