import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { toPlain } from '../table.ts';

export async function rename(context: CliContext, id: string, title: string): Promise<VerbResult> {
  const session = await (await connect(context)).sessions.rename.mutate({ id, title });
  return { value: session, text: `${session.id} is now "${toPlain(session.title)}".` };
}
