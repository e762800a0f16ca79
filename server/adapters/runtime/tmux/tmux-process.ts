/** tmux as a process of its own: the fallback of the command channel, and the way for what must not go over it. */
import type { Log } from '../../../ports/log.ts';
import type { ProcessRunner } from '../../../ports/process-runner.ts';
import { type TmuxCommands, toProcessArguments } from './quoting.ts';

export type TmuxReply =
  | { readonly outcome: 'ok'; readonly text: string }
  /** The server answered, and refused. */
  | { readonly outcome: 'error'; readonly message: string }
  /** Nobody answered on that socket; whether a server is there is not tmux's to say. */
  | { readonly outcome: 'no answer'; readonly why: string };

export type TmuxProcess = {
  /** Never starts a server (`-N`): only `start` does. */
  readonly run: (socket: string, commands: TmuxCommands, limitMs: number) => Promise<TmuxReply>;
  readonly start: (socket: string, config: string, commands: TmuxCommands, limitMs: number) => Promise<TmuxReply>;
};

export type TmuxProcessDeps = {
  readonly runner: ProcessRunner;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What a server is started by, e.g. `systemd-run …`; empty: directly. */
  readonly scope: readonly string[];
  readonly log: Log;
};

/** A screen and the whole history, at the widest. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** tmux exits 1 for a missing session and for a missing server alike; only its words differ. */
const NO_SERVER = /^(?:no server running on |error connecting to |lost server|server exited|protocol version mismatch)/m;
const NOT_REACHED = /^(?:no server running on |error connecting to )/m;
/** systemd-run's words for a scope that it could not make, and ours for a systemd-run that is not there. */
const NO_SCOPE = /^Failed to |^Interactive authentication required|^tmux could not be run: /m;
const EXITED_UNEXPECTEDLY = 'server exited unexpectedly';

/** The command never reached a server, so it was not executed and may be given again. */
export function wasNotReached(reply: TmuxReply): boolean {
  return reply.outcome === 'no answer' && NOT_REACHED.test(reply.why);
}

export function createTmuxProcess({ runner, env, cwd, scope, log }: TmuxProcessDeps): TmuxProcess {
  async function once(args: readonly string[], limitMs: number, before: readonly string[] = []): Promise<TmuxReply> {
    const [command = 'tmux', ...rest] = [...before, 'tmux', ...args];
    const result = await runner.run({ command, args: rest, env, cwd, timeoutMs: limitMs, maxOutputBytes: MAX_OUTPUT_BYTES });
    if (result.outcome === 'timed_out') return { outcome: 'no answer', why: `no answer within ${limitMs} ms` };
    if (result.outcome === 'not_started') return { outcome: 'no answer', why: `tmux could not be run: ${result.stderr}` };
    if (result.code === 0) return { outcome: 'ok', text: result.stdout };
    const message = result.stderr.trim();
    return NO_SERVER.test(message) || result.code === null ? { outcome: 'no answer', why: message } : { outcome: 'error', message };
  }

  /** What a server that is just ending says to whoever comes meanwhile (3 of 10): not yet an answer. */
  async function twice(args: readonly string[], limitMs: number): Promise<TmuxReply> {
    const reply = await inScope(args, limitMs);
    return reply.outcome === 'no answer' && reply.why.includes(EXITED_UNEXPECTEDLY) ? await inScope(args, limitMs) : reply;
  }

  /** A service manager that cannot be asked (no bus, no right) has started nothing; then it is done without it. */
  async function inScope(args: readonly string[], limitMs: number): Promise<TmuxReply> {
    const reply = await once(args, limitMs, scope);
    if (scope.length === 0 || reply.outcome === 'ok') return reply;
    const why = reply.outcome === 'error' ? reply.message : reply.why;
    if (!NO_SCOPE.test(why)) return reply;
    log.warn({ why }, 'the tmux server stays in the control group of this service; a stop of the service may end it');
    return await once(args, limitMs);
  }

  return {
    run: (socket, commands, limitMs) => once(['-N', '-u', '-S', socket, ...toProcessArguments(commands)], limitMs),
    start: (socket, config, commands, limitMs) => twice(['-u', '-S', socket, '-f', config, ...toProcessArguments(commands)], limitMs),
  };
}
