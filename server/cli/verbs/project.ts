/** `ao project add|ls|get|set|rm`. */
import { resolve } from 'node:path';
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { describeProject, describeProjects } from '../describe.ts';

export type ProjectOptions = {
  readonly name?: string;
  readonly base?: string;
  readonly agent?: string;
  readonly orchestratorAgent?: string;
  readonly orchestratorCommand?: string;
  /** Parsed `K=V`. Given once or more they replace all there are; one empty value clears them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly symlink?: readonly string[];
  readonly postCreate?: readonly string[];
  readonly disposable?: readonly string[];
  readonly record?: 'off' | 'on';
};

export async function addProject(
  context: CliContext,
  { path, id, ...options }: ProjectOptions & { readonly path: string; readonly id?: string },
): Promise<VerbResult> {
  // Relative to where the user stands; the daemon stands elsewhere. An empty one is refused by it.
  const absolute = path === '' ? path : resolve(context.cwd, path);
  return one(await (await connect(context)).projects.add.mutate({ path: absolute, id, ...toSettings(options) }));
}

export async function listProjects(context: CliContext): Promise<VerbResult> {
  const projects = await (await connect(context)).projects.list.query();
  return { value: projects, text: describeProjects(projects) };
}

export async function getProject(context: CliContext, id: string): Promise<VerbResult> {
  return one(await (await connect(context)).projects.get.query({ id }));
}

export async function setProject(context: CliContext, id: string, options: ProjectOptions): Promise<VerbResult> {
  return one(await (await connect(context)).projects.set.mutate({ id, ...toSettings(options) }));
}

export async function removeProject(context: CliContext, id: string): Promise<VerbResult> {
  const project = await (await connect(context)).projects.remove.mutate({ id });
  return { value: project, text: `Removed the project ${project.id}. The repository ${project.path} is as it was.` };
}

function one(project: Parameters<typeof describeProject>[0]): VerbResult {
  return { value: project, text: describeProject(project) };
}

function toSettings({
  name,
  base,
  agent,
  orchestratorAgent,
  orchestratorCommand,
  env,
  symlink,
  postCreate,
  disposable,
  record,
}: ProjectOptions) {
  const orEmpty = (list: readonly string[] | undefined): string[] | undefined => list?.filter((item) => item !== '');
  return {
    name,
    base,
    agent,
    orchestratorAgent,
    orchestratorCommand: orchestratorCommand === '' ? null : orchestratorCommand,
    env: env === undefined ? undefined : { ...env },
    symlinks: orEmpty(symlink),
    postCreate: orEmpty(postCreate),
    disposable: orEmpty(disposable),
    record,
  };
}
