/**
 * Commands to tmux servers: to ours over the control client, else as processes. Owns when the control client is used and
 * when it is connected again; knows what a command may cost in time, not what it means.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type AppError, isAppError } from '../../../core/errors.ts';
import { type Connected, type ConnectorDeps, createConnector, READ_LIMIT_MS } from './connecting.ts';
import type { ControlClient, ControlReply } from './control-client.ts';
import { cutAtMarks } from './control-protocol.ts';
import { hostUnavailable } from './failures.ts';
import { type TmuxCommand, type TmuxCommands, toControlLine } from './quoting.ts';
import { type TmuxReply, wasNotReached } from './tmux-process.ts';

export type Channel = {
  /** Connects, should our server be there, for whoever asks next. Never starts one. */
  readonly connect: () => void;
  /** For what only looks: lost on the channel, it is asked again as a process. */
  readonly read: (socket: string, commands: TmuxCommands) => Promise<TmuxReply>;
  /** For what changes something. Lost on the channel it is not repeated: the server may still execute it. Throws `RUNTIME_UNAVAILABLE`. */
  readonly change: (socket: string, commands: TmuxCommands) => Promise<Exclude<TmuxReply, { outcome: 'no answer' }>>;
  /**
   * What each command prints, without its last newline, for output that a program has a say in and could make look like the channel's
   * own: cut at a mark which is new with each call. Lost on the channel, it is asked again as a process.
   */
  readonly capture: (socket: string, capture: Capture) => Promise<CaptureReply>;
  /** Our server is there (started if proven gone), recorded, and reachable. Throws `RUNTIME_UNAVAILABLE`. */
  readonly ensureHost: () => Promise<void>;
  /** Runs what has the server notify its control clients, never while one of them connects; nothing in it may use this channel. */
  readonly quietly: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clientPid: () => number | null;
  readonly close: () => Promise<void>;
};

export type Capture = {
  readonly commands: TmuxCommands;
  /** `large` goes as a process: nothing else is answered on the channel meanwhile. */
  readonly size: 'bounded' | 'large';
  /** All in one turn of the server, with the formats of this pane expanded in every argument. */
  readonly inTurnOf?: string;
};
export type CaptureReply = { readonly outcome: 'ok'; readonly texts: readonly string[] } | Exclude<TmuxReply, { outcome: 'ok' }>;

/** Giving up a change costs more than waiting for a loaded machine: it is then neither done nor undone. */
const CHANGE_LIMIT_MS = 5_000;
/** 50,000 lines are 170 ms on a quiet machine. */
const CAPTURE_LIMIT_MS = 5_000;
/** After a failed connect the next commands go as processes for a while instead of trying again each. */
const RECONNECT_PAUSE_MS = 1_000;

export function createChannel(deps: ConnectorDeps): Channel {
  const { socket: ownSocket, host, clock, log } = deps;
  const connector = createConnector(deps);
  /** Changes that run beside the channel; no control client may be connecting meanwhile (see `connecting.ts`). */
  const changing = new Set<Promise<unknown>>();
  let client: ControlClient | null = null;
  let connecting: Promise<Connected> | null = null;
  let ensuring: Promise<void> | null = null;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let closed = false;

  function current(): ControlClient | null {
    return client?.state() === 'open' ? client : null;
  }

  async function connected(): Promise<Connected> {
    const open = current();
    if (open !== null) return { state: 'connected', client: open };
    if (closed || (connecting === null && clock.monotonicMs() < retryAtMs)) return { state: 'failed' };
    connecting ??= connect().finally(() => {
      connecting = null;
    });
    return await connecting;
  }

  async function connect(): Promise<Connected> {
    const result = await connector.connect(async () => void (await Promise.allSettled(changing)));
    if (result.state !== 'connected') {
      if (result.state === 'failed') retryAtMs = clock.monotonicMs() + RECONNECT_PAUSE_MS;
      return result;
    }
    if (closed) {
      await result.client.close();
      return { state: 'failed' };
    }
    client = result.client;
    return result;
  }

  type NoAnswer = Extract<TmuxReply, { outcome: 'no answer' }>;

  async function viaClient<Reply extends { readonly outcome: string }>(
    ask: (client: ControlClient) => Promise<Reply | Lost>,
  ): Promise<Reply | NoAnswer | 'not connected' | 'lost'> {
    const channel = await connected();
    if (channel.state === 'no answer') return { outcome: 'no answer', why: channel.why };
    if (channel.state === 'failed') return 'not connected';
    const reply = await ask(channel.client);
    if (!isLost(reply)) return reply;
    log.warn({ why: reply.why }, 'the tmux command channel was lost');
    return 'lost';
  }

  async function request(commands: TmuxCommands, limitMs: number): Promise<TmuxReply | 'not connected' | 'lost'> {
    const line = toControlLine(commands);
    const reply = await viaClient((open) => open.request(line, limitMs));
    if (typeof reply === 'string' || reply.outcome !== 'ok') return reply;
    return { outcome: 'ok', text: reply.lines.map((text) => `${text}\n`).join('') };
  }

  async function capture(socket: string, { commands, size, inTurnOf }: Capture): Promise<CaptureReply> {
    const mark = randomUUID();
    const say: TmuxCommand = ['display-message', '-p', mark];
    const marked = [say, ...commands.flatMap((command) => [command, say])];
    const whole: TmuxCommands = inTurnOf === undefined ? marked : [['run-shell', '-C', '-t', inTurnOf, toControlLine(marked)]];
    if (socket === ownSocket && size === 'bounded') {
      const line = toControlLine(whole);
      const reply = await viaClient((open) => open.capture(line, READ_LIMIT_MS));
      if (typeof reply !== 'string') return reply.outcome === 'came' ? cutAtMarks(reply.lines, mark, commands.length) : reply;
    }
    const reply = await asProcess(socket, whole, CAPTURE_LIMIT_MS);
    if (reply.outcome !== 'ok') return reply;
    return {
      outcome: 'ok',
      texts: reply.text
        .split(`${mark}\n`)
        .slice(1, -1)
        .map((text) => text.replace(/\n$/, '')),
    };
  }

  /** A process has to find the socket first; one that was deleted under a living server is called back. */
  async function asProcess(socket: string, commands: TmuxCommands, limitMs: number): Promise<TmuxReply> {
    const reply = await deps.process.run(socket, commands, limitMs);
    if (!wasNotReached(reply) || (await host.look(socket)).state !== 'up') return reply;
    return await deps.process.run(socket, commands, limitMs);
  }

  /** The channel outlives its socket's name, but nobody else finds the server then: no viewer, and no `tmux attach` of the user's own. */
  async function keepReachable(): Promise<void> {
    if (current() !== null && !existsSync(ownSocket)) await host.look(ownSocket);
  }

  async function holdingConnects<T>(work: Promise<T>): Promise<T> {
    changing.add(work);
    return await work.finally(() => changing.delete(work));
  }

  async function ensureNow(): Promise<void> {
    if ((await connected()).state === 'connected') return;
    const state = await host.look(ownSocket);
    if (state.state === 'unknown') throw hostUnavailable(state.why);
    if (state.state === 'gone') await host.start();
    retryAtMs = Number.NEGATIVE_INFINITY;
    if ((await connected()).state === 'connected') return;
    // No channel, but processes may do: only the server's identity must be known before anything is created on it.
    const pid = await deps.process.run(ownSocket, [['display-message', '-p', '#{pid}']], READ_LIMIT_MS);
    if (pid.outcome !== 'ok') throw hostUnavailable(pid.outcome === 'error' ? pid.message : pid.why);
    await host.record(Number(pid.text.trim()));
  }

  return {
    connect: () => void connected().catch(() => {}),
    async read(socket, commands) {
      if (socket === ownSocket) {
        const reply = await request(commands, READ_LIMIT_MS);
        if (typeof reply !== 'string') {
          await keepReachable();
          return reply;
        }
      }
      return await asProcess(socket, commands, READ_LIMIT_MS);
    },
    async change(socket, commands) {
      if (socket === ownSocket) {
        const reply = await request(commands, CHANGE_LIMIT_MS);
        if (reply === 'lost') throw hostUnavailable('the answer to a command did not come');
        if (reply !== 'not connected') return assertAnswered(reply);
      }
      return assertAnswered(await holdingConnects(asProcess(socket, commands, CHANGE_LIMIT_MS)));
    },
    capture,
    async ensureHost() {
      if (current() !== null) return;
      ensuring ??= ensureNow()
        .catch((caught: unknown) => {
          throw asUnavailable(caught);
        })
        .finally(() => {
          ensuring = null;
        });
      await ensuring;
    },
    async quietly(work) {
      while (connecting !== null) await connecting.catch(() => {});
      return await holdingConnects(work());
    },
    clientPid: () => current()?.pid ?? null,
    async close() {
      closed = true;
      await connecting?.catch(() => {});
      await client?.close();
      client = null;
    },
  };
}

type Lost = Extract<ControlReply, { readonly outcome: 'lost' }>;

function isLost(reply: { readonly outcome: string }): reply is Lost {
  return reply.outcome === 'lost';
}

function assertAnswered(reply: TmuxReply): Exclude<TmuxReply, { outcome: 'no answer' }> {
  if (reply.outcome === 'no answer') throw hostUnavailable(reply.why);
  return reply;
}

/** A full disk or a read-only data directory must not look like a defect of ours. */
function asUnavailable(caught: unknown): AppError {
  if (isAppError(caught, 'RUNTIME_UNAVAILABLE') || isAppError(caught, 'DATA_DIR_UNUSABLE')) return caught;
  return hostUnavailable(caught instanceof Error ? caught.message : String(caught), caught);
}
