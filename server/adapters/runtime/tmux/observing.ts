/** One look at a tmux server: its panes, or the proof that it is gone, or that neither can be told. */
import type { RuntimeHandle } from '../../../core/ids.ts';
import type { Probe, RuntimeObservation, SeenRuntime } from '../../../core/session/probe.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ProcessIdentity } from '../../../ports/process-table.ts';
import { runtimeNotFound } from '../refusals.ts';
import type { Channel } from './channel.ts';
import { hostUnavailable } from './failures.ts';
import { type Place, parseHandle, toHandleOf } from './handles.ts';
import type { Host } from './host.ts';
import { isTagged, LIST_PANES, type PaneRow, parsePanes, toProbe } from './panes.ts';
import type { TmuxReply } from './tmux-process.ts';

export type HostView =
  | { readonly state: 'panes'; readonly panes: ReadonlyMap<string, PaneRow> }
  | { readonly state: 'gone' }
  | { readonly state: 'unknown'; readonly why: string };

export type Observing = {
  readonly observe: (socket: string) => Promise<HostView>;
  readonly probe: (handles: readonly RuntimeHandle[], limitMs: number) => Promise<RuntimeObservation>;
  /** Where to reach a handle's runtime. Throws `RUNTIME_NOT_FOUND` for what is no handle of tmux. */
  readonly locate: (handle: RuntimeHandle) => Promise<Place>;
  /** Turns what a server did not answer into what may be concluded from it. Throws always. */
  readonly refuse: (place: Place, reply: Exclude<TmuxReply, { outcome: 'ok' }>) => Promise<never>;
};

export type ObservingDeps = {
  readonly socket: string;
  readonly channel: Channel;
  readonly host: Host;
  readonly processes: ProcessIdentity;
  readonly clock: Clock;
};

/** What a server that answers says when it has no session at all. */
const NO_SESSIONS = /no current target|no sessions/;
const NO_SUCH = /can't find (?:session|window|pane)|no such (?:session|window|pane)/;

export function createObserving({ socket: ownSocket, channel, host, processes, clock }: ObservingDeps): Observing {
  async function observe(socket: string): Promise<HostView> {
    const first = await look(socket);
    if (first !== 'no answer') return await reaped(socket, first);
    const state = await host.look(socket);
    if (state.state === 'gone') return { state: 'gone' };
    if (state.state === 'unknown') return { state: 'unknown', why: state.why };
    // It listens: its socket has just come back, or it is stopped.
    const second = await look(socket);
    return second === 'no answer' ? await silent(socket) : await reaped(socket, second);
  }

  async function silent(socket: string): Promise<HostView> {
    const record = await host.recordOf(socket);
    const runs = record !== null && record.bootId === processes.bootId() && processes.stateOf(record) !== 'gone';
    if (!runs) return { state: 'unknown', why: 'the tmux server does not answer' };
    const { pid } = record;
    return {
      state: 'unknown',
      why: `the tmux server (pid ${pid}) does not answer; if it was stopped, \`kill -CONT ${pid}\` lets it go on`,
    };
  }

  /**
   * While a pane ends, a tmux built with utempter waits for that helper with SIGCHLD switched off, and so loses the end of
   * whatever exits in that moment (one in ten of short programs): a zombie that it does not know of. SIGCHLD makes it look.
   */
  async function reaped(socket: string, view: HostView): Promise<HostView> {
    if (view.state !== 'panes') return view;
    // A look at every living process is 20 µs each on Linux, where utempter is; elsewhere it is a program run each.
    const suspects = [...view.panes.values()].filter(({ life }) => life === 'ending' || (life === 'alive' && process.platform === 'linux'));
    const overlooked = suspects.find(({ pid }) => processes.identify(pid) === null);
    if (overlooked === undefined) return view;
    try {
      process.kill(overlooked.serverPid, 'SIGCHLD');
    } catch {
      // Gone in the same instant; the next look tells.
    }
    const again = await look(socket);
    return again === 'no answer' ? view : again;
  }

  async function look(socket: string): Promise<HostView | 'no answer'> {
    const reply = await channel.read(socket, [LIST_PANES]);
    if (reply.outcome === 'no answer') return 'no answer';
    if (reply.outcome === 'ok') return { state: 'panes', panes: parsePanes(reply.text.split('\n').filter((line) => line !== '')) };
    return NO_SESSIONS.test(reply.message) ? { state: 'panes', panes: new Map() } : { state: 'unknown', why: reply.message };
  }

  /** A socket of a data directory that has since moved may be known to belong to the server that we reach by ours. */
  async function reachable(socket: string): Promise<string> {
    if (socket === ownSocket) return socket;
    const [theirs, ours] = [await host.recordOf(socket), await host.recordOf(ownSocket)];
    const same =
      theirs !== null && ours !== null && theirs.pid === ours.pid && theirs.startedAt === ours.startedAt && theirs.bootId === ours.bootId;
    return same ? ownSocket : socket;
  }

  async function within(limitMs: number, socket: string, view: Promise<HostView>): Promise<HostView> {
    let cancel = (): void => {};
    const limit = new Promise<HostView>((resolve) => {
      cancel = clock.after(limitMs, () => resolve(silent(socket)));
    });
    const failed = (caught: unknown): HostView => ({ state: 'unknown', why: caught instanceof Error ? caught.message : String(caught) });
    return await Promise.race([view.catch(failed), limit]).finally(() => cancel());
  }

  return {
    observe,
    async probe(handles, limitMs) {
      const context = { nowMs: clock.nowMs(), processRuns: (pid: number) => processes.identify(pid) !== null };
      const places = new Map(handles.map((handle) => [handle, parseHandle(handle)]));
      const sockets = new Set([ownSocket, ...[...places.values()].flatMap((place) => place?.socket ?? [])]);
      const own = observe(ownSocket);
      const views = new Map(
        await Promise.all(
          [...sockets].map(async (socket): Promise<[string, HostView]> => {
            // Ours first: only then is it on record which server that is.
            const view =
              socket === ownSocket ? own : own.then(() => reachable(socket)).then((there) => (there === ownSocket ? own : observe(there)));
            return [socket, await within(limitMs, socket, view)];
          }),
        ),
      );
      const byHandle = new Map(
        [...places].map(([handle, place]): [RuntimeHandle, Probe] => {
          const view = place === null ? undefined : views.get(place.socket);
          if (place === null || view === undefined) return [handle, { state: 'unknown', why: 'its handle is none of tmux' }];
          return [handle, toHandleProbe(view, place.name, (row) => toProbe(row, context))];
        }),
      );
      const seen = [...views].flatMap(([socket, view]): SeenRuntime[] =>
        view.state !== 'panes'
          ? []
          : [...view.panes.values()].filter(isTagged).flatMap((row) => {
              const probe = toProbe(row, context);
              return probe.state === 'unknown' ? [] : [{ handle: toHandleOf({ socket, name: row.name }), probe }];
            }),
      );
      return { byHandle, seen };
    },
    async locate(handle) {
      const place = parseHandle(handle);
      if (place === null) throw runtimeNotFound(handle, 'its handle is none of tmux');
      return { socket: await reachable(place.socket), name: place.name };
    },
    async refuse(place, reply) {
      if (reply.outcome === 'error')
        throw NO_SUCH.test(reply.message) ? runtimeNotFound(place.name, 'there is none') : hostUnavailable(reply.message);
      const state = await host.look(place.socket);
      throw state.state === 'gone' ? runtimeNotFound(place.name, 'its tmux server is gone') : hostUnavailable(reply.why);
    },
  };
}

function toHandleProbe(view: HostView, name: string, probeOf: (row: PaneRow) => Probe): Probe {
  if (view.state === 'unknown') return { state: 'unknown', why: view.why };
  if (view.state === 'gone') return { state: 'dead', evidence: 'host_gone' };
  const row = view.panes.get(name);
  return row === undefined ? { state: 'dead', evidence: 'absent' } : probeOf(row);
}
