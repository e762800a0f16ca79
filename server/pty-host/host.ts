/**
 * A pty host: one session, the socket on which it is asked, its record in the registry. Started detached by a daemon that it
 * outlives; ends when it is told to, and never by itself; keeps its record as it is. In this order: it listens, it is on record, it takes its launch file,
 * it starts the program. So whoever finds no record and then takes the launch file away knows that nothing will ever run.
 */
import { chmod } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { createHostLaunchFiles, type HostLaunch } from '../adapters/runtime/ptyhost/launch-file.ts';
import type { HostReply } from '../adapters/runtime/ptyhost/messages.ts';
import { createHostRecords, type HostRecord } from '../adapters/runtime/ptyhost/records.ts';
import { isNamedPipe } from '../adapters/runtime/ptyhost/windows.ts';
import { type LaunchId, parseLaunchId } from '../core/ids.ts';
import { serveCaller } from './caller.ts';
import { TERMINAL_TYPE } from './program.ts';
import { guardRecord } from './record-guard.ts';
import { createHostSession, type Tags } from './session.ts';

export type HostOptions = {
  readonly dataDir: string;
  readonly name: string;
  readonly launchId: string;
  /** Of this very process. */
  readonly startedAt: string;
};

export type Started =
  | {
      readonly state: 'serving';
      /** Listens anew, should somebody have removed the socket. */
      readonly recall: () => void;
      readonly ended: Promise<void>;
    }
  | { readonly state: 'refused'; readonly refusal: 'withdrawn' | 'taken'; readonly why: string };

/** Daemons, one at a time, and those who look on. */
const MAX_CALLERS = 64;

export async function startHost({ dataDir, name, launchId: given, startedAt }: HostOptions): Promise<Started> {
  const records = createHostRecords(dataDir);
  const launches = createHostLaunchFiles(records.directory);
  const launchId = parseLaunchId(given);
  const launch = launchId === null ? null : await launches.read(launchId);
  if (launchId === null || launch === null || launch.name !== name) return withdrawn();

  const session = createHostSession(launch.size);
  const { socket, token } = launch;
  const path = records.socketOf({ socket });
  let record: HostRecord = {
    name,
    pid: process.pid,
    startedAt,
    bootId: launch.bootId,
    socket,
    token,
    instanceId: launch.instanceId,
    sessionId: launch.sessionId,
    launchId,
  };
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  /** Callers wait for the program, which is a matter of milliseconds. */
  let open: () => void = () => undefined;
  const serving = new Promise<void>((resolve) => {
    open = resolve;
  });
  let turn: Promise<unknown> = Promise.resolve();
  let ending = false;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  const caller = {
    token,
    session,
    restart: (request: { readonly launchId: LaunchId }) => inTurn(() => restart(request.launchId)),
    destroy: (request: { readonly launchId: LaunchId }) =>
      inTurn(async () => {
        if (session.tags().launchId !== request.launchId)
          return { reply: refused('other-launch', 'it runs another launch'), after: () => undefined };
        ending = true;
        session.kill();
        await records.remove(record);
        return { reply: { ok: true as const, facts: null }, after: end };
      }),
  };

  async function restart(next: LaunchId): Promise<HostReply> {
    if (session.isRunning()) return refused('running', 'its program still runs');
    const wanted = await launches.read(next);
    if (wanted !== null && (wanted.instanceId !== record.instanceId || wanted.sessionId !== record.sessionId))
      return refused('other-launch', 'it is not ours');
    const taken = wanted === null ? null : await launches.take(next);
    if (taken === null) return refused('withdrawn', 'the launch was withdrawn');
    record = { ...record, launchId: next };
    await records.replace(record);
    session.restart(toTags(taken, next), toSpec(taken));
    return { ok: true, facts: null };
  }

  async function mend(): Promise<'sound' | 'mended'> {
    return ending ? 'sound' : await records.mend(record);
  }

  function listen(): Promise<Server> {
    const server = createServer((connection) => {
      connection.on('error', () => connection.destroy());
      void serving.then(() => serveCaller(connection, caller));
    });
    server.maxConnections = MAX_CALLERS;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        server.on('error', () => undefined);
        resolve(server);
      });
    });
  }

  let server = await listen();
  if (!isNamedPipe(path)) await chmod(path, 0o600);
  if ((await records.claim(record)) === 'taken') {
    server.close();
    return { state: 'refused', refusal: 'taken', why: `there is a host of the name ${name}` };
  }
  const taken = await launches.take(launchId);
  if (taken === null) {
    await records.remove(record);
    server.close();
    return withdrawn();
  }
  try {
    session.start(toTags(taken, launchId), toSpec(taken));
  } catch (caught) {
    await records.remove(record);
    server.close();
    throw caught;
  }
  guardRecord({ directory: records.directory, file: `${name}.json`, mend: () => inTurn(mend) });
  open();
  return {
    state: 'serving',
    ended,
    recall() {
      // Closing removes the path, be it ours or not there; whoever is connected stays so.
      server.close();
      void listen()
        .then((next) => {
          server = next;
        })
        .catch((caught: unknown) => process.stderr.write(`it could not listen anew: ${String(caught)}\n`));
    },
  };
}

function toTags({ instanceId, sessionId }: HostLaunch, launchId: LaunchId): Tags {
  return { instanceId, sessionId, launchId };
}

function toSpec({ argv, env, cwd, size }: HostLaunch): Parameters<ReturnType<typeof createHostSession>['start']>[1] {
  return { argv, cwd, size, env: { ...env, TERM: TERMINAL_TYPE, COLORTERM: 'truecolor' } };
}

function refused(refusal: Extract<HostReply, { ok: false }>['refusal'], why: string): HostReply {
  return { ok: false, refusal, why };
}

function withdrawn(): Started {
  return { state: 'refused', refusal: 'withdrawn', why: 'this launch was withdrawn; nothing was started' };
}
