/** `ao briefing`: what ran when the machine or its session host went, what came back and how, and what needs you. */
import type { BriefingItem, BriefingView } from '../../contract/briefing.ts';
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { formatTable } from '../table.ts';

export async function briefing(context: CliContext, { dismiss }: { readonly dismiss: boolean }): Promise<VerbResult> {
  const api = await connect(context);
  const current = await api.briefing.get.query();
  if (current === null) return { value: null, text: 'Nothing to report: no outage since the last briefing was dismissed.' };
  if (!dismiss) return { value: current, text: describeBriefing(current) };
  await api.briefing.dismiss.mutate({ at: current.at });
  return { value: current, text: `${describeBriefing(current)}\nDismissed.` };
}

const CAUSES: Readonly<Record<BriefingView['cause'], string>> = {
  reboot: 'The machine was rebooted',
  host_gone: 'The session host ended',
  runtime_gone: 'Sessions ended behind our back',
  parked: 'Parked sessions were brought back',
};

const OUTCOMES: Readonly<Record<BriefingItem['outcome'], string>> = {
  adopted: 'never stopped',
  resumed: 'resumed, with its conversation',
  replayed: 'started anew with its prompt',
  fresh: 'started anew',
  recovering: 'coming back',
  exited: 'came back and exited',
  needs_recovery: 'could not be brought back',
  ended: 'ended: nothing to resume from',
  killed: 'killed by you since',
};

function describeBriefing({ cause, at, items }: BriefingView): string {
  const rows = items.map(({ id, title, outcome, needsYou, reason }) => [
    needsYou ? '!' : '',
    id,
    title === id ? '' : title,
    needsYou ? `${OUTCOMES[outcome]}: ${reason}` : OUTCOMES[outcome],
  ]);
  const waiting = items.filter(({ needsYou }) => needsYou).length;
  const count = `${items.length} session${items.length === 1 ? '' : 's'} ran then; ${waiting === 0 ? 'nothing needs you' : `${waiting} need${waiting === 1 ? 's' : ''} you`}.`;
  const next = waiting === 0 ? '' : '\nBring one back: ao restore ID, or ao resume ID';
  return `${CAUSES[cause]} (${at}). ${count}\n${formatTable(['', 'ID', 'TITLE', 'WHAT BECAME OF IT'], rows)}${next}`;
}
