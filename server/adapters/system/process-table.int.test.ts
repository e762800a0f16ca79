import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LaunchId } from '../../core/ids.ts';
import { eventually, makeTempDir } from '../../testing/resources.ts';
import { createSystemClock } from './clock.ts';
import { createProcessTable } from './process-table.ts';

const table = createProcessTable({ clock: createSystemClock() });
const newLaunch = (): LaunchId => randomUUID() as LaunchId;

function start(
  script: string,
  options: { readonly launchId?: LaunchId; readonly args?: readonly string[]; readonly detached?: 'yes' } = {},
): ChildProcess {
  const env = { PATH: '/usr/bin:/bin', ...(options.launchId === undefined ? {} : { AO_LAUNCH_ID: options.launchId }) };
  return spawn('/bin/sh', ['-c', script, 'sh', ...(options.args ?? [])], { env, stdio: 'ignore', detached: options.detached === 'yes' });
}

async function pidIn(path: string): Promise<number> {
  return await eventually(`a pid in ${path}`, () => existsSync(path) && Number(readFileSync(path, 'utf8').trim()));
}

it('identifies this process, and takes neither a later start nor a zombie for it', async () => {
  const self = table.identify(process.pid);
  expect(self).toMatchObject({ pid: process.pid });
  expect(table.stateOf({ pid: process.pid, startedAt: (self as NonNullable<typeof self>).startedAt })).toBe('alive');
  expect(table.stateOf({ pid: process.pid, startedAt: '1' })).toBe('gone');
  expect(table.identify(2 ** 22 + 1)).toBeNull();
  expect(table.bootId()).toMatch(/^[0-9a-f-]{36}$/);
});

it('L8: a zombie is gone', async () => {
  await using dir = await makeTempDir();
  // The inner shell ends once its parent has become sleep, which never asks for it; a shell might.
  const script = `sh -c 'while [ ! -e "$1/end" ]; do sleep 0.02; done' sh "$1" & echo $! > "$1/pid"; exec sleep 1000`;
  const parent = start(script, { args: [dir.path] });
  const zombie = await pidIn(join(dir.path, 'pid'));
  await eventually('its parent is sleep', () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
  writeFileSync(join(dir.path, 'end'), '');
  await eventually('it is a zombie', () => readFileSync(`/proc/${zombie}/stat`, 'utf8').includes(') Z '));
  expect(table.identify(zombie)).toBeNull();
  parent.kill('SIGKILL');
});

it('L8: ends a whole launch: setsid, nohup, double-forked and cleared environment, what its parent left; and nobody else', async () => {
  await using dir = await makeTempDir();
  const launchId = newLaunch();
  const file = (name: string): string => join(dir.path, name);
  const script = `
    nohup sleep 1000 >/dev/null 2>&1 & echo $! > "$1/nohup"
    (setsid sh -c 'echo $$ > "$1/setsid"; exec sleep 1000' sh "$1" &)
    (env -i /usr/bin/env sh -c 'echo $$ > "$1/cleared"; exec sleep 1000' sh "$1" &)
    sh -c 'setsid env -i /usr/bin/env sh -c "trap : TERM; echo \\$\\$ > \\"\\$1/orphaned\\"; while :; do sleep 0.1; done" sh "$1" & wait' sh "$1" &
    sh -c 'trap "" TERM HUP; echo $$ > "$1/stubborn"; while :; do sleep 0.1; done' sh "$1" &
    exec sleep 1000`;
  const root = start(script, { launchId, args: [dir.path], detached: 'yes' });
  const other = start('exec sleep 1000', { launchId: newLaunch() });
  const members = [
    root.pid as number,
    ...(await Promise.all(['nohup', 'setsid', 'cleared', 'orphaned', 'stubborn'].map((name) => pidIn(file(name))))),
  ];
  const otherRef = table.identify(other.pid as number);
  const report = await table.end({ rootPid: root.pid as number, launchId }, { graceMs: 300, protect: [] });
  expect(report.survivors).toEqual([]);
  expect(report.signalled).toBeGreaterThanOrEqual(members.length);
  for (const pid of members) expect([pid, table.identify(pid)]).toEqual([pid, null]);
  expect(table.stateOf(otherRef as NonNullable<typeof otherRef>)).toBe('alive');
  expect(await table.end({ rootPid: root.pid as number, launchId }, { graceMs: 300, protect: [] })).toEqual({
    signalled: 0,
    survivors: [],
  });
  other.kill('SIGKILL');
});

it('lets a program end by itself on TERM within the grace, also a stopped one', async () => {
  await using dir = await makeTempDir();
  const launchId = newLaunch();
  const child = start('trap "echo saved > \\"$1/saved\\"; exit 0" TERM; echo $$ > "$1/pid"; while :; do sleep 0.05; done', {
    launchId,
    args: [dir.path],
  });
  await pidIn(join(dir.path, 'pid'));
  child.kill('SIGSTOP');
  expect((await table.end({ rootPid: null, launchId }, { graceMs: 10_000, protect: [] })).survivors).toEqual([]);
  expect(existsSync(join(dir.path, 'saved'))).toBe(true);
});

it('never signals what is protected, nor this process, though they carry the launch id', async () => {
  const launchId = newLaunch();
  const child = start('exec sleep 1000', { launchId });
  await eventually(
    'it carries its environment',
    () =>
      readFileSync(`/proc/${child.pid}/environ`, 'utf8').includes(launchId) &&
      readFileSync(`/proc/${child.pid}/comm`, 'utf8') === 'sleep\n',
  );
  expect(await table.end({ rootPid: process.pid, launchId }, { graceMs: 50, protect: [child.pid as number, process.ppid] })).toMatchObject({
    survivors: [],
  });
  expect(table.identify(child.pid as number)).not.toBeNull();
  child.kill('SIGKILL');
});
