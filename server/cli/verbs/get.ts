import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { describeSession } from '../describe.ts';

export async function get(context: CliContext, id: string): Promise<VerbResult> {
  const session = await (await connect(context)).sessions.get.query({ id });
  return { value: session, text: describeSession(session) };
}
