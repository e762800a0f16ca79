/** `ao park` and `ao unpark`: sessions are saved and ended, and come back. */
import type { ParkResult } from '../../contract/session.ts';
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';

const DONE = { park: 'Parked', unpark: 'Back' } as const;
const NONE = { park: 'Nothing runs that could be parked.', unpark: 'Nothing is parked.' } as const;

export async function park(context: CliContext, verb: 'park' | 'unpark', ids: readonly string[]): Promise<VerbResult> {
  const { sessions } = await connect(context);
  const result = await sessions[verb].mutate(ids.length === 0 ? {} : { ids: [...ids] });
  return { value: result, text: tell(verb, result) };
}

function tell(verb: 'park' | 'unpark', { sessions, failed }: ParkResult): string {
  if (sessions.length === 0 && failed.length === 0) return NONE[verb];
  const done = sessions.length === 0 ? [] : [`${DONE[verb]}: ${sessions.map(({ id }) => id).join(', ')}.`];
  const next = verb === 'park' && sessions.length > 0 ? ['`ao unpark`, or the next start of the daemon, brings them back.'] : [];
  return [...done, ...next, ...failed.map(({ id, message, hint }) => `Not ${id}: ${message} ${hint}`)].join('\n');
}
