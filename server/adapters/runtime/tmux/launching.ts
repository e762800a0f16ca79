/** Creating, restarting and ending sessions on our tmux server. */
import type { LaunchId, RuntimeHandle } from '../../../core/ids.ts';
import type { Log } from '../../../ports/log.ts';
import type { ProcessIdentity, ProcessTree } from '../../../ports/process-table.ts';
import type { LaunchSpec } from '../../../ports/runtime.ts';
import { assertLaunchable } from '../launch-rules.ts';
import { handleTaken, runtimeNotFound } from '../refusals.ts';
import type { Channel } from './channel.ts';
import { hostUnavailable } from './failures.ts';
import { type Place, paneTarget, parseHandle, sessionTarget } from './handles.ts';
import type { LaunchFiles } from './launch-files.ts';
import { inexpressibleNames } from './launch-text.ts';
import type { Observing } from './observing.ts';
import { carriesLaunch, type PaneRow } from './panes.ts';
import { type TmuxCommand, toControlLine } from './quoting.ts';

export type LaunchingDeps = {
  readonly socket: string;
  readonly channel: Channel;
  readonly observing: Observing;
  readonly launches: LaunchFiles;
  readonly processes: ProcessIdentity;
  readonly tree: ProcessTree;
  readonly log: Log;
};

/** Agents save their conversation on TERM; what has not ended by then will not. */
const TERM_GRACE_MS = 3_000;

export function createTmuxLaunching(deps: LaunchingDeps) {
  const { socket: ownSocket, channel, observing, launches, processes, log } = deps;

  const shell = (spec: LaunchSpec): readonly string[] => ['/bin/sh', launches.launcher, spec.launchId];

  async function writeLaunch(spec: LaunchSpec, lastScreen: { readonly text: string; readonly rows: number } | null): Promise<void> {
    const left = inexpressibleNames(spec.env);
    if (left.length > 0) log.debug({ sessionId: spec.sessionId, names: left }, 'variables that sh cannot export are left out');
    try {
      await launches.write(spec.launchId, { argv: spec.argv, env: spec.env, cwd: spec.cwd, lastScreen });
    } catch (caught) {
      throw hostUnavailable(`the launch file could not be written (${caught instanceof Error ? caught.message : String(caught)})`, caught);
    }
  }

  async function create(spec: LaunchSpec): Promise<void> {
    assertLaunchable(spec);
    const place = parseHandle(spec.handle);
    // A data directory that moved: on its old socket nothing new is made, the next handle is on ours.
    if (place === null || place.socket !== ownSocket) throw handleTaken(spec.handle, 'it is no name on our tmux server');
    const { name } = place;
    await channel.ensureHost();
    await writeLaunch(spec, null);
    const size = ['-x', String(spec.size.cols), '-y', String(spec.size.rows)];
    const reply = await channel.change(ownSocket, [
      ['new-session', '-d', '-s', name, ...size, ...shell(spec)],
      ...toTagCommands(spec, name),
      // Makes this one window's size ours: a plain `tmux attach` of another size changes nothing.
      ['resize-window', '-t', paneTarget(name), ...size],
    ]);
    if (reply.outcome === 'ok') return;
    await launches.revoke(spec.launchId);
    throw reply.message.startsWith('duplicate session') ? handleTaken(name, 'the name is in use') : hostUnavailable(reply.message);
  }

  async function restart(spec: LaunchSpec): Promise<void> {
    assertLaunchable(spec);
    const place = await observing.locate(spec.handle);
    const row = await ownRow(place);
    if (row.tags.sessionId !== spec.sessionId || row.tags.instanceId !== spec.instanceId) throw handleTaken(place.name, 'it is not ours');
    if (typeof row.life === 'string') throw handleTaken(place.name, 'its program still runs');
    await writeLaunch(spec, { text: await lastScreen(place, row), rows: spec.size.rows });
    // Without `-k`: should its program be running after all, tmux refuses.
    const reply = await channel.change(place.socket, [
      ['respawn-pane', '-t', paneTarget(place.name), ...shell(spec)],
      ...toTagCommands(spec, place.name),
      ['set-option', '-u', '-t', paneTarget(place.name), '@ao_pasted'],
      ['set-option', '-u', '-t', paneTarget(place.name), '@ao_submitted'],
      // After the respawn, but in the same step: growing pulls lines out of the history onto the screen, which must not be the
      // one that is dropped; the launcher pushes them back before it prints the last screen.
      ['resize-window', '-t', paneTarget(place.name), '-x', String(spec.size.cols), '-y', String(spec.size.rows)],
    ]);
    if (reply.outcome === 'ok') return;
    await launches.revoke(spec.launchId);
    if (/still active/.test(reply.message)) throw handleTaken(place.name, 'its program still runs');
    await observing.refuse(place, reply);
  }

  /** What `respawn-pane` would drop, with colours: the screen, and the one beneath it if the program died in the alternate one. */
  async function lastScreen(place: Place, row: PaneRow): Promise<string> {
    const screens: string[] = [];
    for (const which of row.screen === 'alternate' ? (['beneath', 'visible'] as const) : (['visible'] as const)) {
      const reply = await channel.capture(place.socket, {
        size: 'bounded',
        commands: [['capture-pane', '-p', '-e', ...(which === 'beneath' ? ['-a'] : []), '-t', paneTarget(place.name)]],
      });
      if (reply.outcome !== 'ok') return await observing.refuse(place, reply);
      screens.push(reply.texts.join('').trimEnd());
    }
    return screens.filter((screen) => screen !== '').join('\n');
  }

  async function ownRow(place: Place): Promise<PaneRow> {
    const view = await observing.observe(place.socket);
    if (view.state === 'unknown') throw hostUnavailable(view.why);
    const row = view.state === 'panes' ? view.panes.get(place.name) : undefined;
    if (row === undefined) throw runtimeNotFound(place.name, view.state === 'gone' ? 'its tmux server is gone' : 'there is none');
    return row;
  }

  async function destroy(handle: RuntimeHandle, launchId: LaunchId): Promise<void> {
    await launches.revoke(launchId);
    const place = await observing.locate(handle);
    const view = await observing.observe(place.socket);
    const row = view.state === 'panes' ? view.panes.get(place.name) : undefined;
    const ours = carriesLaunch(row, launchId);
    const servers = view.state === 'panes' ? [...view.panes.values()].map(({ serverPid }) => serverPid) : [];
    const report = await deps.tree.end(
      { rootPid: ours ? rootOf(row) : null, launchId },
      { graceMs: TERM_GRACE_MS, protect: [...new Set([...servers, ...[channel.clientPid()].filter((pid) => pid !== null)])] },
    );
    if (report.survivors.length > 0) log.warn({ handle, survivors: report.survivors }, 'processes of an ended session outlived KILL');
    if (view.state === 'unknown') throw hostUnavailable(view.why);
    if (!ours) return;
    // Asked once more in the same step: meanwhile the name may have become another launch's.
    const kill = toControlLine([['kill-session', '-t', sessionTarget(place.name)]]);
    const condition = `#{==:#{@ao_launch},${launchId}}`;
    const reply = await channel.change(place.socket, [['if-shell', '-F', '-t', paneTarget(place.name), condition, kill]]);
    if (reply.outcome === 'error') log.debug({ handle, said: reply.message }, 'the session was gone before it was ended');
  }

  /**
   * The pid of an exited pane may have been given to somebody else. It cannot have been while the session that it led still
   * has members; so a process by that number is a stranger, and none means that the session is ours to end.
   */
  function rootOf(row: PaneRow): number | null {
    if (typeof row.life === 'string') return row.pid;
    return processes.identify(row.pid) === null ? row.pid : null;
  }

  return { create, restart, destroy };
}

function toTagCommands(spec: LaunchSpec, name: string): readonly TmuxCommand[] {
  const target = paneTarget(name);
  return [
    ['set-option', '-t', target, '@ao_instance', spec.instanceId],
    ['set-option', '-t', target, '@ao_session', spec.sessionId],
    ['set-option', '-t', target, '@ao_launch', spec.launchId],
  ];
}
