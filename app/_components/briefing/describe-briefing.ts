/** The briefing after an outage in words. Pure. */
import type { BriefingItem, BriefingView } from '../../../server/contract/briefing.ts';
import type { Tone } from '../../_data/status.ts';

const CAUSES: Readonly<Record<BriefingView['cause'], string>> = {
  reboot: 'The machine was rebooted',
  host_gone: 'The session host ended',
  runtime_gone: 'A session ended from outside',
  parked: 'Parked sessions were brought back',
};

export type OutcomeTone = Extract<Tone, 'done' | 'working' | 'trouble' | 'idle'>;

export const OUTCOME_LOOKS: Readonly<Record<BriefingItem['outcome'], { readonly label: string; readonly tone: OutcomeTone }>> = {
  adopted: { label: 'Never stopped', tone: 'done' },
  resumed: { label: 'Resumed, with its conversation', tone: 'done' },
  replayed: { label: 'Started anew with its prompt', tone: 'done' },
  fresh: { label: 'Started anew', tone: 'done' },
  recovering: { label: 'Coming back', tone: 'working' },
  exited: { label: 'Came back, then exited', tone: 'trouble' },
  needs_recovery: { label: 'Could not be brought back', tone: 'trouble' },
  ended: { label: 'Ended: nothing to resume from', tone: 'trouble' },
  killed: { label: 'Killed by you since', tone: 'idle' },
};

export const causeTitle = ({ cause }: Pick<BriefingView, 'cause'>): string => CAUSES[cause];

const isBack = ({ outcome }: BriefingItem): boolean => ['adopted', 'resumed', 'replayed', 'fresh'].includes(outcome);

/** Counts, in one sentence each that has something to say. */
export function summarize({ items }: Pick<BriefingView, 'items'>): string {
  const count = (matches: (item: BriefingItem) => boolean): number => items.filter(matches).length;
  const [all, back, waiting, coming] = [
    items.length,
    count(isBack),
    count(({ needsYou }) => needsYou),
    count(({ outcome }) => outcome === 'recovering'),
  ];
  const ran = `${all} ${all === 1 ? 'session' : 'sessions'} ran then`;
  const parts = [
    back === all ? (all === 1 ? 'it is back' : 'all are back') : `${back} ${back === 1 ? 'is' : 'are'} back`,
    ...(coming === 0 ? [] : [`${coming} ${coming === 1 ? 'is' : 'are'} coming`]),
    ...(waiting === 0 ? [] : [`${waiting} ${waiting === 1 ? 'needs' : 'need'} you`]),
  ];
  return `${ran}: ${parts.join(', ')}.`;
}

/** In the order of reading: what needs somebody, what is on its way, what is back. Empty groups are left out. */
export function groupItems({
  items,
}: Pick<BriefingView, 'items'>): readonly { readonly title: string; readonly items: readonly BriefingItem[] }[] {
  const groups = [
    { title: 'Needs you', items: items.filter(({ needsYou }) => needsYou) },
    { title: 'Coming back', items: items.filter(({ outcome }) => outcome === 'recovering') },
    { title: 'Brought back', items: items.filter((item) => isBack(item) && item.outcome !== 'adopted') },
    { title: 'Never stopped', items: items.filter(({ outcome }) => outcome === 'adopted') },
    { title: 'Ended since', items: items.filter(({ outcome }) => outcome === 'killed') },
  ];
  return groups.filter((group) => group.items.length > 0);
}
