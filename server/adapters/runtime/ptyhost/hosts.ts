/**
 * The hosts as a daemon reaches them: one connection each, made when it is first needed and kept, and the evidence for a host that
 * does not answer. Knows what a record and a process say; what follows from it is the callers'.
 */
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { ProcessIdentity } from '../../../ports/process-table.ts';
import { runtimeNotFound } from '../refusals.ts';
import { describeError, hostUnavailable } from './failures.ts';
import { type Link, type LinkEvents, type LinkReply, NobodyListens, openLink } from './link.ts';
import type { HostRequest } from './messages.ts';
import type { HostRecord, HostRecords } from './records.ts';
import { recallSignal } from './windows.ts';

/** What can be said of a name without asking anybody to do anything. */
export type HostFinding =
  | { readonly state: 'absent' }
  | { readonly state: 'recorded'; readonly record: HostRecord }
  | { readonly state: 'unknown'; readonly why: string };

export type AskOptions = { readonly limitMs?: number; readonly body?: Uint8Array };

export type Hosts = {
  readonly find: (name: string) => Promise<HostFinding>;
  /** `gone` only by evidence: another boot, or no such process. */
  readonly life: (record: HostRecord) => 'alive' | 'gone' | 'unknown';
  /** Rejects with an `Error` where it does not answer. */
  readonly ask: (record: HostRecord, request: HostRequest, options?: AskOptions) => Promise<LinkReply>;
  /** By name; refuses as the port says where it is absent, gone, or does not answer. */
  readonly require: (name: string, request: HostRequest, options?: AskOptions) => Promise<LinkReply>;
  /** A connection of its own, for a stream. */
  readonly connect: (record: HostRecord, events: LinkEvents) => Promise<Link>;
  /** As of its last connection, so that a look need not read what it knows. */
  readonly known: (name: string) => HostRecord | null;
  /** Those with a connection. */
  readonly names: () => readonly string[];
  readonly forget: (name: string) => void;
  readonly close: () => void;
};

export type HostsDeps = {
  readonly records: HostRecords;
  readonly processes: ProcessIdentity;
  readonly clock: Clock;
  readonly log: Log;
};

/** A host answers within a millisecond, and within a second on a machine that is just booting. */
export const ASK_LIMIT_MS = 5_000;
/** A host listens anew within a few ms of being called; a stopped one will when it is continued. */
const RECALL_LIMIT_MS = 500;
const RECALL_LOOK_EVERY_MS = 10;

type Kept = { readonly record: HostRecord; readonly link: Promise<Link> };

export function createHosts({ records, processes, clock, log }: HostsDeps): Hosts {
  const kept = new Map<string, Kept>();
  const streams = new Set<Link>();
  let closed = false;

  async function find(name: string): Promise<HostFinding> {
    try {
      const record = await records.find(name);
      return record === null ? { state: 'absent' } : { state: 'recorded', record };
    } catch (caught) {
      return { state: 'unknown', why: `its record cannot be read (${describeError(caught)})` };
    }
  }

  function life(record: HostRecord): 'alive' | 'gone' | 'unknown' {
    return record.bootId === processes.bootId() ? processes.stateOf(record) : 'gone';
  }

  async function open(record: HostRecord, events: LinkEvents, limitMs: number): Promise<Link> {
    if (closed) throw new Error('the daemon is closing');
    const target = { socket: records.socketOf(record), token: record.token };
    const options = { ...events, limitMs, clock };
    try {
      return await openLink(target, options);
    } catch (caught) {
      if (!(caught instanceof NobodyListens) || life(record) !== 'alive') throw caught;
      return await recall(record, () => openLink(target, options), caught);
    }
  }

  /** Its socket was deleted while it lives: it is called, and listens anew. */
  async function recall(record: HostRecord, again: () => Promise<Link>, because: Error): Promise<Link> {
    const signal = recallSignal(process.platform);
    if (signal === null) throw because;
    log.warn({ host: record.name, pid: record.pid }, 'a pty host lives but its socket is gone; asking for it again');
    try {
      process.kill(record.pid, signal);
    } catch {
      // Gone in the same instant; seen below.
    }
    const untilMs = clock.monotonicMs() + RECALL_LIMIT_MS;
    for (;;) {
      await clock.sleep(RECALL_LOOK_EVERY_MS);
      try {
        return await again();
      } catch (caught) {
        if (!(caught instanceof NobodyListens) || life(record) !== 'alive' || clock.monotonicMs() > untilMs) throw caught;
      }
    }
  }

  function linkTo(record: HostRecord, limitMs: number): Promise<Link> {
    const present = kept.get(record.name);
    if (present?.record.token === record.token) return present.link;
    void present?.link.then((link) => link.close()).catch(() => undefined);
    const entry: Kept = {
      record,
      link: open(record, { onClose: () => kept.get(record.name) === entry && kept.delete(record.name) }, limitMs),
    };
    kept.set(record.name, entry);
    entry.link.catch(() => {
      if (kept.get(record.name) === entry) kept.delete(record.name);
    });
    return entry.link;
  }

  function forget(name: string): void {
    const entry = kept.get(name);
    kept.delete(name);
    void entry?.link.then((link) => link.close()).catch(() => undefined);
  }

  async function ask(record: HostRecord, request: HostRequest, { limitMs = ASK_LIMIT_MS, body }: AskOptions = {}): Promise<LinkReply> {
    const link = await linkTo(record, limitMs);
    return await link.ask(request, { limitMs, ...(body === undefined ? {} : { body }) });
  }

  return {
    find,
    life,
    ask,
    async require(name, request, options) {
      const present = kept.get(name)?.record;
      const found: HostFinding = present === undefined ? await find(name) : { state: 'recorded', record: present };
      if (found.state === 'unknown') throw hostUnavailable(found.why);
      if (found.state === 'absent') throw runtimeNotFound(name, 'there is none');
      try {
        return await ask(found.record, request, options);
      } catch (caught) {
        // What was known may be of a host that is no more, and another one in its place.
        const now = await find(name);
        if (now.state === 'absent') throw runtimeNotFound(name, 'there is none');
        if (now.state === 'recorded' && life(now.record) === 'gone') throw runtimeNotFound(name, 'its host is gone');
        throw hostUnavailable(describeError(caught), caught);
      }
    },
    async connect(record, events) {
      const link = await open(
        record,
        {
          ...events,
          onClose() {
            streams.delete(link);
            events.onClose?.();
          },
        },
        ASK_LIMIT_MS,
      );
      streams.add(link);
      return link;
    },
    known: (name) => kept.get(name)?.record ?? null,
    names: () => [...kept.keys()],
    forget,
    close() {
      closed = true;
      for (const name of kept.keys()) forget(name);
      for (const link of streams) link.close();
    },
  };
}
