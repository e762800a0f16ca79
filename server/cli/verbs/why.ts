/** `ao why ID`: the state of a session, and the evidence for it. */
import type { EvidenceView } from '../../contract/evidence.ts';
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { formatFacts } from '../table.ts';

export async function why(context: CliContext, id: string): Promise<VerbResult> {
  const value = await (await connect(context)).sessions.evidence.query({ id });
  return { value, text: describeEvidence(value) };
}

function describeEvidence({ id, status, reason, look, bootId, launch, signal, exit, recovery, lastEvent }: EvidenceView): string {
  const found =
    look === null
      ? 'not looked at since the daemon started'
      : [look.state, look.pid === null ? '' : `pid ${look.pid}`, look.detail ?? ''].filter((part) => part !== '').join(', ');
  return formatFacts([
    ['session', id],
    ['status', status],
    ['because', reason],
    ['runtime', look === null ? found : `${found} (${look.at})`],
    ['launch', `${launch.id} at ${launch.at}, ${launch.runtime}`],
    ['signal', signal === null ? 'none in this launch' : `${signal.activity}, by ${signal.source} (${signal.at})`],
    ['exit', exit === null ? '' : `${exit.signal ?? `code ${exit.code ?? 'unknown'}`} (${exit.at})`],
    ['recovery', recovery === null ? '' : `${recovery.state}: ${recovery.reason} (${recovery.at})`],
    ['last event', lastEvent === null ? '' : `${lastEvent.kind}: ${lastEvent.reason} (${lastEvent.at})`],
    ['boot', bootId],
    ['history', `ao events ${id}`],
  ]);
}
