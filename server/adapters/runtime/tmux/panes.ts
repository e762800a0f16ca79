/** One look at all panes of a server, as text and back. Pure. */
import { constants } from 'node:os';
import { type LaunchId, parseInstanceId, parseLaunchId } from '../../../core/ids.ts';
import type { ObservedTags, Probe } from '../../../core/session/probe.ts';
import type { TmuxCommand } from './quoting.ts';

const SEPARATOR = '|';
const NUMBERS = [
  'pane_pid',
  'pane_dead',
  'pane_dead_status',
  'pane_dead_signal',
  'pane_dead_time',
  'alternate_on',
  'pane_height',
  'pid',
] as const;
const TAGS = ['@ao_instance', '@ao_session', '@ao_launch'] as const;
const FIELDS = [...NUMBERS, ...TAGS, 'session_name'];

export const LIST_PANES: TmuxCommand = ['list-panes', '-a', '-F', FIELDS.map((field) => `#{${field}}`).join(SEPARATOR)];

export type PaneRow = {
  readonly name: string;
  readonly pid: number;
  readonly serverPid: number;
  readonly rows: number;
  readonly screen: 'normal' | 'alternate';
  readonly tags: ObservedTags;
  /** `ending`: the terminal is closed and tmux does not know yet how the program ended. */
  readonly life: 'alive' | 'ending' | { readonly code: number | null; readonly signal: string | null; readonly atMs: number | null };
};

/**
 * The first pane of each session. The name is the last field and ours contain no separator, so that whatever a tag was made
 * to hold, a session of ours is never overlooked: it only loses its tags.
 */
export function parsePanes(lines: readonly string[]): ReadonlyMap<string, PaneRow> {
  const rows = new Map<string, PaneRow>();
  for (const line of lines) {
    const fields = line.split(SEPARATOR);
    const name = fields.at(-1);
    if (name === undefined || fields.length < FIELDS.length || rows.has(name)) continue;
    const [pid, dead, status, signal, at, alternate, height, serverPid] = fields;
    const [instance, session, launch] = fields.length === FIELDS.length ? fields.slice(NUMBERS.length) : [];
    rows.set(name, {
      name,
      pid: Number(pid),
      serverPid: Number(serverPid),
      rows: Number(height),
      screen: alternate === '1' ? 'alternate' : 'normal',
      tags: {
        instanceId: parseInstanceId(instance ?? ''),
        sessionId: session === undefined || session === '' ? null : session,
        launchId: parseLaunchId(launch ?? ''),
      },
      life: dead === '1' ? toEnd(status ?? '', signal ?? '', at ?? '') : 'alive',
    });
  }
  return rows;
}

function toEnd(status: string, signal: string, at: string): PaneRow['life'] {
  const atMs = /^[0-9]+$/.test(at) ? Number(at) * 1_000 : null;
  if (signal !== '' && signal !== '0') return { code: null, signal: toSignalName(signal), atMs };
  if (status !== '') return { code: Number(status), signal: null, atMs };
  return 'ending';
}

/** tmux gives a number or, in later versions, a name without `SIG`. */
function toSignalName(signal: string): string {
  if (!/^[0-9]+$/.test(signal)) return signal.startsWith('SIG') ? signal : `SIG${signal.toUpperCase()}`;
  const known = Object.entries(constants.signals).find(([, number]) => number === Number(signal));
  return known?.[0] ?? `signal ${signal}`;
}

export type PaneContext = { readonly nowMs: number; readonly processRuns: (pid: number) => boolean };

export function toProbe(row: PaneRow, { nowMs, processRuns }: PaneContext): Exclude<Probe, { state: 'dead' }> {
  const { tags, pid, life } = row;
  if (life === 'alive') return { state: 'alive', pid, tags };
  if (life === 'ending') {
    // A program may close its terminal and live on; that is no exit. A closed terminal with nobody behind it is one that
    // tmux is about to know the exit code of.
    return processRuns(pid) ? { state: 'alive', pid, tags } : { state: 'unknown', why: 'its end is just being recorded by tmux' };
  }
  return { state: 'exited', exit: { code: life.code, signal: life.signal, atMs: life.atMs ?? nowMs }, tags };
}

export function carriesLaunch(row: PaneRow | undefined, launchId: LaunchId): row is PaneRow {
  return row?.tags.launchId === launchId;
}

export function isTagged(row: PaneRow): boolean {
  return row.tags.instanceId !== null || row.tags.sessionId !== null || row.tags.launchId !== null;
}
