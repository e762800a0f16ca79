/** Which events are played, in which order. A step keeps the number that its choices depend on when others before it are left out. */
import { EVENT_KINDS, type EventKind, type RuntimeKind } from './schedule.ts';

export type Step = { readonly kind: EventKind; readonly number: number };
export type Story = readonly Step[];

export const toStory = (kinds: readonly EventKind[]): Story => kinds.map((kind, index) => ({ kind, number: index + 1 }));

/** `kill-tmux,reboot:17`: the number only where it is not the place in the list. */
export const formatStory = (story: Story): string =>
  story.map(({ kind, number }, index) => (number === index + 1 ? kind : `${kind}:${number}`)).join(',');

export function parseStory(text: string): Story {
  return text.split(',').map((step, index) => {
    const [name = '', number = String(index + 1)] = step.split(':');
    if (!/^[1-9][0-9]*$/.test(number)) throw new Error(`"${step}" is no step of a story; a step is kind or kind:number`);
    return { kind: toKind(name), number: Number(number) };
  });
}

export function toKind(name: string): EventKind {
  const kind = EVENT_KINDS.find((known) => known === name);
  if (kind === undefined) throw new Error(`there is no event ${name}; there are ${EVENT_KINDS.join(', ')}`);
  return kind;
}

export const toCommand = (seed: number, story: Story, runtime: RuntimeKind = 'tmux'): string =>
  `npm run chaos -- ${runtimeOption(runtime)}--story ${formatStory(story)} --seed ${seed}`;

export const runtimeOption = (runtime: RuntimeKind): string => (runtime === 'tmux' ? '' : `--runtime ${runtime} `);
