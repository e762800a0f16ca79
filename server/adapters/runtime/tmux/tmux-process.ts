/** tmux as a process of its own: the fallback of the command channel, and the way for what must not go over it. */
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

export type TmuxProcessDeps = { readonly runner: ProcessRunner; readonly env: Readonly<Record<string, string>>; readonly cwd: string };

/** A screen and the whole history, at the widest. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** tmux exits 1 for a missing session and for a missing server alike; only its words differ. */
const NO_SERVER = /^(?:no server running on |error connecting to |lost server|server exited|protocol version mismatch)/m;
const NOT_REACHED = /^(?:no server running on |error connecting to )/m;
const EXITED_UNEXPECTEDLY = 'server exited unexpectedly';

/** The command never reached a server, so it was not executed and may be given again. */
export function wasNotReached(reply: TmuxReply): boolean {
  return reply.outcome === 'no answer' && NOT_REACHED.test(reply.why);
}

export function createTmuxProcess({ runner, env, cwd }: TmuxProcessDeps): TmuxProcess {
  async function once(args: readonly string[], limitMs: number): Promise<TmuxReply> {
    const result = await runner.run({ command: 'tmux', args, env, cwd, timeoutMs: limitMs, maxOutputBytes: MAX_OUTPUT_BYTES });
    if (result.outcome === 'timed_out') return { outcome: 'no answer', why: `no answer within ${limitMs} ms` };
    if (result.outcome === 'not_started') return { outcome: 'no answer', why: `tmux could not be run: ${result.stderr}` };
    if (result.code === 0) return { outcome: 'ok', text: result.stdout };
    const message = result.stderr.trim();
    return NO_SERVER.test(message) || result.code === null ? { outcome: 'no answer', why: message } : { outcome: 'error', message };
  }

  /** What a server that is just ending says to whoever comes meanwhile (3 of 10): not yet an answer. */
  async function twice(args: readonly string[], limitMs: number): Promise<TmuxReply> {
    const reply = await once(args, limitMs);
    return reply.outcome === 'no answer' && reply.why.includes(EXITED_UNEXPECTEDLY) ? await once(args, limitMs) : reply;
  }

  return {
    run: (socket, commands, limitMs) => once(['-N', '-u', '-S', socket, ...toProcessArguments(commands)], limitMs),
    start: (socket, config, commands, limitMs) => twice(['-u', '-S', socket, '-f', config, ...toProcessArguments(commands)], limitMs),
  };
}
