/** `ao restore` and `ao resume`: a session comes back under its id, and says how. */
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';

const HOW = { resumed: 'its conversation continues', replayed: 'its prompt was said again', fresh: 'it was started fresh' } as const;

export async function recover(context: CliContext, verb: 'restore' | 'resume', id: string): Promise<VerbResult> {
  const { sessions } = await connect(context);
  const session = await sessions[verb].mutate({ id });
  const note = session.note === null ? '' : `\n${session.note}`;
  return { value: session, text: `${session.id} is back: ${HOW[session.mode]} (${session.mode}).${note}` };
}
