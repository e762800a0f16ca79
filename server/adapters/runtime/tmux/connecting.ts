/**
 * Connecting the control client, which is the one dangerous moment of the command channel: up to 3.6 a tmux server *crashes*,
 * and every session with it, if it notifies control clients (a session made or ended, a client gone) while one of them is half
 * introduced, which takes it several turns of its loop (tmux pull request 4980). So: only on a server that has just answered a
 * newcomer, and has thereby worked off what was queued before; after every earlier control client is seen to be gone; and
 * with no change of ours under way.
 */
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import { type ControlClient, createControlClient } from './control-client.ts';
import { KEEPER, sessionTarget, VIEWERS_OPTION } from './handles.ts';
import type { Host } from './host.ts';
import { type TmuxCommands, toControlLine } from './quoting.ts';
import type { TmuxProcess } from './tmux-process.ts';

export type Connected =
  | { readonly state: 'connected'; readonly client: ControlClient }
  /** The server is not there or does not answer: there is no use in asking it by a process. */
  | { readonly state: 'no answer'; readonly why: string }
  | { readonly state: 'failed' };

export type ConnectorDeps = {
  readonly socket: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly host: Host;
  readonly process: TmuxProcess;
  /** Clients that show terminals of this daemon. */
  readonly ownViewers: () => ReadonlySet<number>;
  readonly clock: Clock;
  readonly log: Log;
};

/** A look takes 10 ms at 500 sessions; after a second the server is stopped or wedged, and `unknown` is the answer. */
export const READ_LIMIT_MS = 1_000;
/** A killed client is dropped in the next turn of the server's loop. */
const LEFTOVER_LIMIT_MS = 1_000;
const LEFTOVER_LOOK_EVERY_MS = 10;

const WHO_IS_THERE: TmuxCommands = [
  ['list-clients', '-F', 'client #{client_pid} #{client_control_mode} #{client_session}'],
  ['list-sessions', '-F', `session #{session_name} #{${VIEWERS_OPTION}}`],
];

export function createConnector(deps: ConnectorDeps): { readonly connect: (quiet: () => Promise<void>) => Promise<Connected> } {
  const { socket, host, clock, log } = deps;

  type Present = { readonly leftovers: readonly number[]; readonly keeper: 'there' | 'missing' };

  async function look(): Promise<Present | Extract<Connected, { state: 'no answer' }>> {
    const reply = await deps.process.run(socket, WHO_IS_THERE, READ_LIMIT_MS);
    if (reply.outcome === 'no answer') return { state: 'no answer', why: reply.why };
    // With no session at all tmux has nothing to list and calls that an error.
    const lines = reply.outcome === 'ok' ? reply.text.split('\n') : [];
    const clients = lines.flatMap((line) => {
      const [what, pid, control, session] = line.split(' ');
      return what === 'client' ? [{ pid: Number(pid), control: control === '1', session }] : [];
    });
    const keeper = lines.map((line) => line.split(' ')).find(([what, name]) => what === 'session' && name === KEEPER);
    const viewers = new Set(keeper?.slice(2).map(Number));
    const leftovers = clients.filter(({ pid, control, session }) =>
      control ? session === KEEPER : viewers.has(pid) && !deps.ownViewers().has(pid),
    );
    return { leftovers: leftovers.map(({ pid }) => pid), keeper: keeper === undefined ? 'missing' : 'there' };
  }

  /**
   * A daemon that was killed may leave its control client behind, with replies that nobody reads: they pile up in the server
   * and can wedge its end. On our keeper, under the instance lock, any control client before ours is such a one. So are the
   * clients that showed its terminals, where they are still there (see `viewer-record.ts`).
   */
  async function endLeftovers(pids: readonly number[]): Promise<'gone' | 'still there'> {
    if (pids.length === 0) return 'gone';
    log.warn({ pids }, 'ending tmux clients that were left behind');
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone by itself.
      }
    }
    const untilMs = clock.monotonicMs() + LEFTOVER_LIMIT_MS;
    while (clock.monotonicMs() < untilMs) {
      const present = await look();
      if ('state' in present) break;
      if (present.leftovers.length === 0) return 'gone';
      await clock.sleep(LEFTOVER_LOOK_EVERY_MS);
    }
    return 'still there';
  }

  /** Without the record nothing may be created there, so a channel without it is not used; looks go as processes. */
  async function recorded(pid: number): Promise<boolean> {
    try {
      await host.record(pid);
      return true;
    } catch (caught) {
      log.error({ pid, error: caught instanceof Error ? caught.message : String(caught) }, 'the tmux server cannot be recorded');
      return false;
    }
  }

  return {
    /** `quiet` resolves when no change is under way; the caller starts none until this one resolves. */
    async connect(quiet) {
      const present = await look();
      if ('state' in present) return present;
      if (present.keeper === 'missing') await host.reviveKeeper();
      if ((await endLeftovers(present.leftovers)) === 'still there') return { state: 'failed' };
      await quiet();
      const client = createControlClient({
        args: ['-N', '-u', '-S', socket, '-C', 'attach-session', '-f', 'no-output,ignore-size', '-t', sessionTarget(KEEPER)],
        env: deps.env,
        cwd: deps.cwd,
        clock,
      });
      const greeting = await client.request(toControlLine([['display-message', '-p', '#{pid}']]), READ_LIMIT_MS);
      if (greeting.outcome === 'ok' && (await client.attached) && (await recorded(Number(greeting.lines[0]))))
        return { state: 'connected', client };
      await client.close();
      return { state: 'failed' };
    },
  };
}
