/** One look at all pty hosts: each is asked, at once and within one limit; what each says, or its silence, is told apart (I9). */
import type { RuntimeHandle } from '../../../core/ids.ts';
import type { ObservedTags, Probe, RuntimeObservation, SeenRuntime } from '../../../core/session/probe.ts';
import type { Clock } from '../../../ports/clock.ts';
import { describeError } from './failures.ts';
import { parseHandle, toHandleOf } from './handles.ts';
import type { Hosts } from './hosts.ts';
import { type HostStatus, parseStatus } from './messages.ts';
import type { HostRecord, HostRecords } from './records.ts';

export type ObservingDeps = { readonly records: HostRecords; readonly hosts: Hosts; readonly clock: Clock };

export function createObserving({ records, hosts, clock }: ObservingDeps) {
  async function askStatus(record: HostRecord, limitMs: number): Promise<HostStatus> {
    const reply = await hosts.ask(record, { op: 'status' }, { limitMs });
    const status = reply.state === 'ok' ? parseStatus(reply.facts) : null;
    if (status === null) throw new Error(reply.state === 'ok' ? 'its answer is none' : reply.why);
    return status;
  }

  async function look(name: string, limitMs: number): Promise<Probe> {
    const known = hosts.known(name);
    const found = known === null ? await hosts.find(name) : ({ state: 'recorded', record: known } as const);
    if (found.state === 'absent') return { state: 'dead', evidence: 'absent' };
    if (found.state === 'unknown') return found;
    const { record } = found;
    // Asked first: on systems where a look at a process is a program run, the answer of the host itself is far cheaper.
    try {
      return toProbe(await askStatus(record, limitMs));
    } catch (caught) {
      const life = hosts.life(record);
      if (life === 'gone') return { state: 'dead', evidence: 'host_gone' };
      const why = life === 'unknown' ? 'whether its process lives cannot be told' : `its host does not answer (${describeError(caught)})`;
      return { state: 'unknown', why };
    }
  }

  /** Everything at once, and all of it within the limit. */
  async function lookAtAll(names: readonly string[], limitMs: number): Promise<ReadonlyMap<string, Probe>> {
    const limitedMs = Math.max(1, limitMs - 50);
    const seen = new Map<string, Probe>(names.map((name) => [name, { state: 'unknown', why: `no answer within ${limitMs} ms` }]));
    let cancel = (): void => {};
    const limit = new Promise<void>((resolve) => {
      cancel = clock.after(limitMs, resolve);
    });
    const looks = Promise.all(names.map(async (name) => seen.set(name, await look(name, limitedMs))));
    await Promise.race([looks, limit]).finally(() => cancel());
    return new Map(seen);
  }

  return {
    askStatus,
    async probe(handles: readonly RuntimeHandle[], limitMs: number): Promise<RuntimeObservation> {
      const asked = new Map(handles.map((handle) => [handle, parseHandle(handle)]));
      let recorded: readonly string[] = [];
      let unreadable: string | null = null;
      try {
        recorded = await records.names();
      } catch (caught) {
        unreadable = `the registry of pty hosts cannot be read (${describeError(caught)})`;
      }
      // One that we are connected to is there, whatever has become of its record.
      const probes = await lookAtAll([...new Set([...recorded, ...hosts.names()])], limitMs);
      const byHandle = new Map(
        [...asked].map(([handle, name]): [RuntimeHandle, Probe] => {
          if (name === null) return [handle, { state: 'unknown', why: 'its handle is none of a pty host' }];
          if (unreadable !== null) return [handle, { state: 'unknown', why: unreadable }];
          return [handle, probes.get(name) ?? { state: 'dead', evidence: 'absent' }];
        }),
      );
      const seen = [...probes].flatMap(([name, probe]): SeenRuntime[] =>
        probe.state === 'alive' || probe.state === 'exited' ? [{ handle: toHandleOf(name), probe }] : [],
      );
      return { byHandle, seen };
    },
  };
}

export type Observing = ReturnType<typeof createObserving>;

function toProbe(status: HostStatus): Probe {
  const { instanceId, sessionId, launchId, exit, pid } = status;
  const tags: ObservedTags = { instanceId, sessionId: sessionId === '' ? null : sessionId, launchId };
  return exit === null ? { state: 'alive', pid, tags } : { state: 'exited', exit, tags };
}
