/** `ao events` (hidden): a session's history with its reasons. */
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { formatTable } from '../table.ts';

export async function events(context: CliContext, id: string): Promise<VerbResult> {
  const list = await (await connect(context)).sessions.events.query({ id });
  const rows = list.map(({ seq, at, kind, reason }) => [String(seq), at, kind, reason]);
  return { value: list, text: formatTable(['#', 'AT', 'WHAT', 'WHY'], rows) };
}
