import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { describeMessages } from '../describe.ts';

export async function messages(context: CliContext, id: string): Promise<VerbResult> {
  const list = await (await connect(context)).sessions.messages.query({ id });
  return { value: list, text: describeMessages(list) };
}
