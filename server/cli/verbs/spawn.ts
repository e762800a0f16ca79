import { connect } from '../client.ts';
import { type CliContext, readText, type VerbResult } from '../context.ts';
import { describeSession } from '../describe.ts';

export type SpawnOptions = {
  readonly project: string;
  readonly agent?: string;
  readonly prompt?: string;
  readonly title?: string;
  readonly branch?: string;
  readonly command?: string;
};

export async function spawn(context: CliContext, { project, agent, prompt, title, branch, command }: SpawnOptions): Promise<VerbResult> {
  const said = prompt === undefined ? undefined : await readText(prompt, context);
  const session = await (await connect(context)).sessions.spawn.mutate({ projectId: project, agent, prompt: said, title, branch, command });
  return { value: session, text: describeSession(session) };
}
