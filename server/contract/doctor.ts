/** What `ao doctor` finds. */
import { z } from 'zod';
import { FINDING_KINDS } from '../core/doctor/findings.ts';

export const checkSchema = z.object({
  id: z.string(),
  verdict: z.enum(['ok', 'warn', 'fail']),
  says: z.string(),
  /** What to type or change; `null` where all is well. */
  fix: z.string().nullable(),
});
export type CheckView = z.infer<typeof checkSchema>;

export const findingSchema = z.object({
  kind: z.enum(FINDING_KINDS),
  subject: z.string(),
  evidence: z.string(),
  /** One command to type. */
  action: z.string(),
});
export type FindingView = z.infer<typeof findingSchema>;

export const examinationSchema = z.object({ checks: z.array(checkSchema), findings: z.array(findingSchema) });
export type Examination = z.infer<typeof examinationSchema>;

export const reapInput = z.object({
  handle: z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^\P{Cc}*$/u),
});
