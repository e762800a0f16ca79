import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { SERVICE_NAME } from '../contract/version.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import type { RunFile, RunFileReading } from '../ports/run-file.ts';
import { lockHeld, refuseIfServing } from './presence.ts';

const PID = 4_242;
const processes = {
  bootId: () => 'boot-1',
  identify: () => null,
  stateOf: ({ pid, startedAt }: { pid: number; startedAt: string }) => (pid === PID && startedAt === '7' ? 'alive' : 'gone'),
} as const;

/** Somebody who answers `/healthz` as `health` says, and a run file that points there. */
async function world(health: object = {}) {
  const entry: Omit<RunFileEntry, 'port'> = {
    pid: PID,
    processStartedAt: '7',
    bootId: 'boot-1',
    state: 'ready',
    startedAt: '2025-01-01T00:00:00.000Z',
    version: '0.1.0',
    instanceId: 'b7f1c9a0-0000-4000-8000-000000000000',
    owner: 'headless',
    superviseSocket: null,
  };
  const answer = { service: SERVICE_NAME, pid: PID, state: 'ready', version: '0.1.0', protocol: 1, instanceId: entry.instanceId };
  const server = createServer((_request, response) => response.end(JSON.stringify({ ...answer, ...health })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const reads = (reading: RunFileReading): RunFile => ({
    path: '/running.json',
    read: () => reading,
    write: () => undefined,
    removeIfOurs: () => 'missing',
  });
  return {
    found: (patch: Partial<RunFileEntry> = {}) => reads({ kind: 'present', entry: { ...entry, port, ...patch } }),
    reads,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

it('L2: refuses to start beside a daemon that the run file points at, and that is it', async () => {
  await using it = await world();
  await expect(refuseIfServing(it.found(), processes)).rejects.toMatchObject({ code: 'DAEMON_RUNNING' });
  expect(lockHeld(it.found(), processes)).toMatchObject({ code: 'DAEMON_RUNNING' });
});

it('L2: starts over a stale run file: a recycled pid, an earlier boot, none that is whole', async () => {
  await using it = await world();
  const stale = [it.found({ pid: 1 }), it.found({ processStartedAt: '8' }), it.found({ bootId: 'boot-0' })];
  for (const runFile of [...stale, it.reads({ kind: 'missing' }), it.reads({ kind: 'unusable', why: 'cut short' })]) {
    await refuseIfServing(runFile, processes);
    expect(lockHeld(runFile, processes)).toMatchObject({ code: 'DAEMON_STARTING' });
  }
});

it.each([{ service: 'another' }, { pid: 4_243 }])(
  'L2: starts where somebody else answers at the port of that process: %j',
  async (health) => {
    await using it = await world(health);
    await refuseIfServing(it.found(), processes);
  },
);
