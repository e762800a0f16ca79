/**
 * What has scrolled off a pane, page by page. tmux counts rows from the screen upwards, so a number of ours is made one of its at
 * the very moment of the capture: `inTurnOf` expands formats and captures in one turn of the server.
 */
import type { RuntimeHandle } from '../../../core/ids.ts';
import type { HistoryPage, HistoryRange } from '../../../ports/runtime.ts';
import type { Channel } from './channel.ts';
import { hostUnavailable } from './failures.ts';
import { type Place, paneTarget } from './handles.ts';
import type { Observing } from './observing.ts';
import type { TmuxCommand } from './quoting.ts';

/** A program that prints may change what was planned for; it does so again and again only where it clears its history in a loop. */
const ATTEMPTS = 5;
const ANCHOR_ROWS = 4;

type Standing = { readonly total: number; readonly cols: number; readonly screen: 'normal' | 'alternate' };

/** `end`: `null` up to whatever is the end by then. */
type Plan = { readonly first: number; readonly end: number | null; readonly anchor: number };

const STANDING = 'history_size pane_width alternate_on'.split(' ');
const standingOf = (line: string): Standing => {
  const [total, cols, alternate] = line.trim().split(' ').map(Number);
  return { total: total ?? Number.NaN, cols: cols ?? Number.NaN, screen: alternate === 1 ? 'alternate' : 'normal' };
};

/** A row by our number, as tmux's `-S` and `-E` count it. */
const tmuxRow = (row: number): string => `#{e|-|:${row},#{history_size}}`;

export function createHistory({ channel, observing }: { readonly channel: Channel; readonly observing: Observing }) {
  async function lookAt(place: Place): Promise<Standing> {
    const format = STANDING.map((name) => `#{${name}}`).join(' ');
    const reply = await channel.read(place.socket, [['display-message', '-p', '-t', paneTarget(place.name), format]]);
    return reply.outcome === 'ok' ? standingOf(reply.text) : await observing.refuse(place, reply);
  }

  /** `null`: by then it stood in a way that the plan was not for. */
  async function capture(place: Place, plan: Plan, planned: Standing): Promise<HistoryPage | null> {
    const target = paneTarget(place.name);
    const grab = (from: string, to: string, ...how: readonly string[]): TmuxCommand => [
      'capture-pane',
      '-p',
      ...how,
      '-t',
      target,
      '-S',
      from,
      '-E',
      to,
    ];
    const isEmpty = planned.total === plan.first;
    const [last, after] = plan.end === null ? ['-1', '0'] : [tmuxRow(plan.end - 1), tmuxRow(plan.end)];
    const parts: readonly (readonly [keyof typeof texts, TmuxCommand])[] = [
      ['standing', ['display-message', '-p', '-t', target, STANDING.map((name) => `##{${name}}`).join(' ')]],
      ...(isEmpty
        ? []
        : ([
            ['page', grab(tmuxRow(plan.first), last, '-e', '-J')],
            // tmux ends each capture with a newline, so whether the last row goes on in the next is seen by both together.
            ['seam', grab(last, after, '-J')],
          ] as const)),
      ['anchor', grab(tmuxRow(plan.anchor), tmuxRow(plan.anchor + ANCHOR_ROWS - 1))],
      ...(plan.end !== null || planned.screen === 'normal' ? [] : ([['beneath', grab('0', '-', '-e', '-J', '-a', '-q')]] as const)),
      ...(plan.end !== null ? [] : ([['screen', grab('0', '-', '-e', '-J')]] as const)),
    ];
    const texts = { standing: '', page: '', seam: '', anchor: '', beneath: '', screen: '' };
    const reply = await channel.capture(place.socket, { size: 'bounded', inTurnOf: target, commands: parts.map(([, command]) => command) });
    if (reply.outcome !== 'ok') return await observing.refuse(place, reply);
    for (const [index, [part]] of parts.entries()) texts[part] = reply.texts[index] ?? '';
    const { total, cols, screen } = standingOf(texts.standing);
    const rows = (plan.end ?? total) - plan.first;
    if (screen !== planned.screen || isEmpty !== (rows === 0) || rows < 0 || (plan.end !== null && total < plan.end)) return null;
    const anchor = texts.anchor.split('\n').map((line) => line.trimEnd());
    return {
      total,
      first: plan.first,
      rows,
      text: isEmpty || !texts.seam.includes('\n') ? texts.page : `${texts.page}\n`,
      anchor: anchor.join('\n').trimEnd(),
      cols,
      screen: plan.end === null ? [...(texts.beneath.trim() === '' ? [] : [texts.beneath.trimEnd()]), texts.screen].join('\n') : null,
    };
  }

  return async function history(handle: RuntimeHandle, { from, rows, anchor }: HistoryRange): Promise<HistoryPage> {
    const place = await observing.locate(handle);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const now = await lookAt(place);
      const first = Math.min(now.total, Math.max(0, from ?? now.total - rows));
      const end = from === null || first + rows >= now.total ? null : first + rows;
      const page = await capture(place, { first, end, anchor: anchor ?? first }, now);
      if (page !== null) return page;
    }
    throw hostUnavailable('its history changes faster than it can be read');
  };
}
