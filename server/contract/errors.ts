/** How an error crosses the wire: under `data.app` of a tRPC error, as `{error}` of a plain HTTP body and of `--json`. */
import { z } from 'zod';
import { APP_ERROR_CODES, type AppErrorFacts } from '../core/errors.ts';

export const appErrorSchema = z.object({
  code: z.enum(APP_ERROR_CODES),
  message: z.string(),
  hint: z.string(),
}) satisfies z.ZodType<AppErrorFacts>;

export const errorBodySchema = z.object({ error: appErrorSchema });
export type ErrorBody = z.infer<typeof errorBodySchema>;
