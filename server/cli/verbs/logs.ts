import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { toPlainLines } from '../table.ts';

export async function logs(context: CliContext, id: string, { lines }: { readonly lines: number | undefined }): Promise<VerbResult> {
  const answer = await (await connect(context)).sessions.logs.query({ id, lines });
  return { value: answer, text: toPlainLines(answer.text) };
}
