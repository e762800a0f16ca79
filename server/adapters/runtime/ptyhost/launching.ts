/** Creating, restarting and ending sessions in hosts of their own. */
import { randomBytes } from 'node:crypto';
import { isAppError } from '../../../core/errors.ts';
import type { LaunchId, RuntimeHandle } from '../../../core/ids.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { ProcessIdentity, ProcessTree } from '../../../ports/process-table.ts';
import type { LaunchSpec } from '../../../ports/runtime.ts';
import { assertLaunchable } from '../launch-rules.ts';
import { handleTaken, runtimeNotFound } from '../refusals.ts';
import { describeError, hostUnavailable } from './failures.ts';
import { parseHandle } from './handles.ts';
import type { Hosts } from './hosts.ts';
import type { HostLaunchFiles } from './launch-file.ts';
import { prepareListenPath } from './listen-path.ts';
import type { HostStatus } from './messages.ts';
import type { Observing } from './observing.ts';
import type { HostRecord, HostRecords } from './records.ts';
import type { StartHost } from './starting.ts';

export type LaunchingDeps = {
  readonly uid: number;
  readonly records: HostRecords;
  readonly launches: HostLaunchFiles;
  readonly hosts: Hosts;
  readonly observing: Observing;
  readonly startHost: StartHost;
  readonly processes: ProcessIdentity;
  readonly tree: ProcessTree;
  readonly clock: Clock;
  readonly log: Log;
};

/** Agents save their conversation on TERM; what has not ended by then will not. */
const TERM_GRACE_MS = 3_000;
const STATUS_LIMIT_MS = 2_000;
/** A host that was told to end does so within a few ms. */
const END_LIMIT_MS = 2_000;
const END_LOOK_EVERY_MS = 10;

export function createPtyHostLaunching(deps: LaunchingDeps) {
  const { records, launches, hosts, observing, processes, clock, log } = deps;

  async function writeLaunch(spec: LaunchSpec, name: string): Promise<void> {
    const { argv, env, cwd, size, instanceId, sessionId } = spec;
    try {
      const [id, token] = [randomBytes(6).toString('hex'), randomBytes(32).toString('hex')];
      const socket = await prepareListenPath({ platform: process.platform, uid: deps.uid, directory: records.directory, id });
      const host = { name, instanceId, sessionId, bootId: processes.bootId(), socket, token };
      await launches.write(spec.launchId, { ...host, argv, env, cwd, size });
    } catch (caught) {
      if (isAppError(caught, 'DATA_DIR_UNUSABLE')) throw caught;
      throw hostUnavailable(`the launch file could not be written (${describeError(caught)})`, caught);
    }
  }

  async function create(spec: LaunchSpec): Promise<void> {
    assertLaunchable(spec);
    const name = parseHandle(spec.handle);
    if (name === null) throw handleTaken(spec.handle, 'it is no name of a pty host');
    const found = await hosts.find(name);
    if (found.state === 'unknown') throw handleTaken(name, found.why);
    if (found.state === 'recorded') {
      if (hosts.life(found.record) !== 'gone') throw handleTaken(name, 'there is a host of that name');
      hosts.forget(name);
      await records.remove(found.record);
    }
    await writeLaunch(spec, name);
    const start = await deps.startHost(name, spec.launchId);
    if (start.state === 'serving') return;
    // Fenced first: what has not started by now never will.
    await launches.revoke(spec.launchId);
    if (start.state === 'refused' && start.refusal === 'taken') throw handleTaken(name, start.why);
    throw hostUnavailable(start.why);
  }

  async function restart(spec: LaunchSpec): Promise<void> {
    assertLaunchable(spec);
    const name = parseHandle(spec.handle);
    if (name === null) throw runtimeNotFound(spec.handle, 'its handle is none of a pty host');
    await writeLaunch(spec, name);
    try {
      const reply = await hosts.require(name, { op: 'restart', launchId: spec.launchId });
      if (reply.state === 'ok') return;
      if (reply.refusal === 'running' || reply.refusal === 'other-launch') throw handleTaken(name, reply.why);
      throw hostUnavailable(reply.why);
    } catch (caught) {
      await launches.revoke(spec.launchId);
      throw caught;
    }
  }

  async function destroy(handle: RuntimeHandle, launchId: LaunchId): Promise<void> {
    await launches.revoke(launchId);
    const name = parseHandle(handle);
    const found = name === null ? ({ state: 'absent' } as const) : await hosts.find(name);
    const record = found.state === 'recorded' ? found.record : null;
    const life = record === null ? 'gone' : hosts.life(record);
    const status = record === null || life === 'gone' ? null : await observing.askStatus(record, STATUS_LIMIT_MS).catch(() => null);
    const ours = (status?.launchId ?? record?.launchId) === launchId;
    const report = await deps.tree.end(
      { rootPid: ours && status !== null ? rootOf(status) : null, launchId },
      { graceMs: TERM_GRACE_MS, protect: record === null ? [] : [record.pid] },
    );
    if (report.survivors.length > 0) log.warn({ handle, survivors: report.survivors }, 'processes of an ended session outlived KILL');
    if (found.state === 'unknown') throw hostUnavailable(found.why);
    if (record === null) return;
    if (!ours) {
      if (status === null && life !== 'gone') throw hostUnavailable('which launch it carries cannot be told');
      return;
    }
    if (life !== 'gone') await endHost(record, launchId, status === null ? 'silent' : 'answering');
    hosts.forget(record.name);
    await records.remove(record);
  }

  /** Asked; and where it does not answer, ended: it carries nothing any more, and its identity is proven. */
  async function endHost(record: HostRecord, launchId: LaunchId, how: 'answering' | 'silent'): Promise<void> {
    if (how === 'answering' && (await isEndedByAsking(record, launchId))) return;
    if (hosts.life(record) !== 'alive') return;
    log.warn({ host: record.name, pid: record.pid }, 'a pty host of an ended session does not end by itself; it is killed');
    process.kill(record.pid, 'SIGKILL');
    if (!(await isGoneSoon(record))) throw hostUnavailable('it outlives KILL');
  }

  async function isEndedByAsking(record: HostRecord, launchId: LaunchId): Promise<boolean> {
    try {
      const reply = await hosts.ask(record, { op: 'destroy', launchId }, { limitMs: STATUS_LIMIT_MS });
      // Meanwhile the name has become another launch's.
      if (reply.state === 'refused' && reply.refusal === 'other-launch') throw runtimeNotFound(record.name, reply.why);
    } catch (caught) {
      if (isAppError(caught, 'RUNTIME_NOT_FOUND')) throw caught;
      log.debug({ host: record.name, error: describeError(caught) }, 'a pty host did not say that it ends');
    }
    return await isGoneSoon(record);
  }

  async function isGoneSoon(record: HostRecord): Promise<boolean> {
    const untilMs = clock.monotonicMs() + END_LIMIT_MS;
    while (hosts.life(record) !== 'gone') {
      if (clock.monotonicMs() > untilMs) return false;
      await clock.sleep(END_LOOK_EVERY_MS);
    }
    return true;
  }

  /**
   * The pid of an exited program may have been given to somebody else. It cannot have been while the session that it led still has
   * members; so a process by that number is a stranger, and none means that the session is ours to end.
   */
  function rootOf(status: HostStatus): number | null {
    return status.exit === null || processes.identify(status.pid) === null ? status.pid : null;
  }

  return { create, restart, destroy };
}
