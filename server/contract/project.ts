/** Projects on the wire. */
import { z } from 'zod';
import { PROJECT_ID_RULE, parseProjectId } from '../core/ids.ts';
import { appErrorSchema } from './errors.ts';

export const projectIdSchema = z.string().transform((text, context) => {
  const id = parseProjectId(text);
  if (id !== null) return id;
  context.addIssue({ code: 'custom', message: `A project id is ${PROJECT_ID_RULE}` });
  return z.NEVER;
});

const noNul = (text: string): boolean => !text.includes('\0');
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => noNul(text) && !/[\r\n]/.test(text), 'must be one line');

/** Environment of a project's sessions. `AO_*` and `TMUX*` are ours and cannot be overridden. */
export const projectEnvSchema = z.record(
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not an environment variable name')
    .refine((name) => !/^(AO_|TMUX)/.test(name), 'AO_* and TMUX* cannot be set by a project'),
  z.string().max(32_768).refine(noNul, 'must not contain NUL'),
);

/** Repo-relative path, no `..`, not absolute. */
export const relativePathSchema = line(1_024).refine(
  (path) => !path.startsWith('/') && !path.split('/').includes('..') && path !== '.' && !path.split('/').includes('.git'),
  'must be relative to the repository, without ".." or ".git"',
);

const settings = {
  name: line(200),
  base: line(250),
  agent: line(40),
  orchestratorAgent: line(40),
  orchestratorCommand: z.string().min(1).max(32_768).refine(noNul).nullable(),
  env: projectEnvSchema,
  symlinks: z.array(relativePathSchema).max(50),
  postCreate: z.array(z.string().min(1).max(8_192).refine(noNul)).max(20),
  disposable: z.array(line(1_024)).max(100),
  record: z.enum(['off', 'on']),
};

export const projectAddInput = z.object({
  path: z.string().min(1).max(4_096).refine(noNul),
  id: projectIdSchema.optional(),
  ...z.object(settings).partial().shape,
});
/** What a path typed so far would become. */
export const projectCheckInput = z.object({ path: z.string().max(4_096).refine(noNul) });
export const projectSetInput = z.object({ id: projectIdSchema, ...z.object(settings).partial().shape });
export const projectGetInput = z.object({ id: projectIdSchema });

export const projectViewSchema = z.object({ id: z.string(), path: z.string(), ...settings, createdAt: z.string(), updatedAt: z.string() });
export type ProjectView = z.infer<typeof projectViewSchema>;

/** Answered, not thrown, since a path that is half typed is no failure. */
export const projectCheckSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    /** The repository's own root, which may be above the path that was typed. */
    root: z.string(),
    headBranch: z.string(),
    /** `null` when nothing of the folder's name is usable: the user has to choose one. */
    suggestedId: z.string().nullable(),
    /** The project that this repository already is. */
    existing: z.string().nullable(),
  }),
  z.object({ ok: z.literal(false), error: appErrorSchema }),
]);
export type ProjectCheck = z.infer<typeof projectCheckSchema>;
