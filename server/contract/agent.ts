/** Agents on the wire: which there are, and which of them would start. */
import { z } from 'zod';
import { projectIdSchema } from './project.ts';

/** With a project, its environment decides which PATH is searched. */
export const agentListInput = z.object({ projectId: projectIdSchema.optional() });

export const agentViewSchema = z.object({
  name: z.string(),
  available: z.boolean(),
  /** `custom`: a session of it is started with a command. */
  needsCommand: z.boolean(),
  /** Why it is not available, and what to do; both `null` when it is. */
  why: z.string().nullable(),
  hint: z.string().nullable(),
});
export type AgentView = z.infer<typeof agentViewSchema>;
