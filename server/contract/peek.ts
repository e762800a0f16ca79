/** Peeks at the screens of sessions on the wire: text without control characters, in runs of one look. */
import { z } from 'zod';
import { PEEKS_AT_ONCE } from '../core/terminal/peek.ts';
import { sessionRefSchema } from './session.ts';

/** `version`: of what the asker has already, or `null`. */
export const peekInput = z.object({
  screens: z
    .array(z.object({ id: sessionRefSchema, version: z.string().max(40).nullable() }))
    .min(1)
    .max(PEEKS_AT_ONCE),
});

const colour = z.union([z.number().int().min(0).max(15), z.string().regex(/^#[0-9a-f]{6}$/)]);
/** Left out: the terminal's own. */
export const peekRunSchema = z.object({
  text: z.string(),
  fg: colour.optional(),
  bg: colour.optional(),
  looks: z
    .array(z.enum(['bold', 'dim', 'italic', 'underline', 'strike', 'reverse']))
    .readonly()
    .optional(),
});
export type PeekRunView = z.infer<typeof peekRunSchema>;

/** Of one session: its last lines, and how wide its terminal is. Only of those that changed. */
export const peekViewSchema = z.object({
  id: z.string(),
  version: z.string(),
  cols: z.number().int(),
  lines: z.array(z.array(peekRunSchema).readonly()).readonly(),
});
export type PeekView = z.infer<typeof peekViewSchema>;
