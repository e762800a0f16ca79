import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { describeSessions } from '../describe.ts';

export async function ls(
  context: CliContext,
  { project, all }: { readonly project: string | undefined; readonly all: boolean },
): Promise<VerbResult> {
  const sessions = await (await connect(context)).sessions.list.query({ projectId: project, all });
  return { value: sessions, text: describeSessions(sessions) };
}
