/** `ao status`: what can be said of the daemon, whatever its state; exit code 0 always. */
import type { DaemonStatus } from '../../contract/daemon.ts';
import { type Sighting, sightDaemon } from '../../launcher/sighting.ts';
import { createApi } from '../client.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { readCredential } from '../credential.ts';
import { formatFacts } from '../table.ts';

type StatusValue = Pick<DaemonStatus, 'supervisors' | 'holders' | 'graceEndsAt' | 'lastStop'> & {
  readonly state: 'ready' | 'starting' | 'stopped' | 'stale' | 'unhealthy';
  readonly pid: number | null;
  readonly port: number | null;
  readonly owner: string | null;
  readonly instanceId: string | null;
  readonly version: string | null;
  readonly startedAt: string | null;
  readonly recovering: number;
  /** Why the state is not `ready`, or what could not be asked. */
  readonly detail: string | null;
};

export async function status(context: CliContext): Promise<VerbResult> {
  const { dataDir, runFile } = locate(context);
  const sighting = await sightDaemon(runFile);
  const value = sighting.state === 'ready' ? await askReady(sighting, { dataDir, context }) : fromSighting(sighting);
  return { value, text: describeStatus(value) };
}

async function askReady(
  sighting: Extract<Sighting, { health: unknown }>,
  { dataDir, context }: { readonly dataDir: string; readonly context: CliContext },
): Promise<StatusValue> {
  try {
    const { supervisors, holders, graceEndsAt, lastStop, recovering, owner } = await createApi(
      sighting.entry,
      readCredential(dataDir, context.env),
    ).daemon.status.query();
    return { ...fromSighting(sighting), state: 'ready', owner, supervisors, holders, graceEndsAt, lastStop, recovering };
  } catch (error) {
    return { ...fromSighting(sighting), state: 'ready', detail: `Only what the run file says: ${(error as Error).message}` };
  }
}

function fromSighting(sighting: Sighting): StatusValue {
  const entry = sighting.state === 'stopped' ? null : sighting.entry;
  return {
    // A daemon that stops answers nothing but this; it is gone in a moment, or else it hangs.
    state: sighting.state === 'stopping' ? 'unhealthy' : sighting.state,
    pid: entry?.pid ?? null,
    port: entry?.port ?? null,
    owner: entry?.owner ?? null,
    instanceId: entry?.instanceId ?? null,
    version: entry?.version ?? null,
    startedAt: entry?.startedAt ?? null,
    supervisors: 0,
    holders: [],
    graceEndsAt: null,
    lastStop: null,
    recovering: 0,
    detail: 'why' in sighting ? sighting.why : sighting.state === 'stopping' ? 'it is stopping' : null,
  };
}

const NEXT: Readonly<Record<StatusValue['state'], string | null>> = {
  ready: null,
  starting: 'Try again in a moment.',
  stopped: 'ao start',
  stale: 'ao start',
  unhealthy: 'ao stop --force && ao start',
};

function describeStatus(value: StatusValue): string {
  return formatFacts([
    ['state', value.state],
    ['detail', value.detail],
    ['pid', value.pid],
    ['port', value.port],
    ['owner', value.owner],
    ['started', value.startedAt],
    ['held by', value.holders.map(({ kind, detail }) => `${kind} (${detail})`).join(', ')],
    ['grace ends', value.graceEndsAt],
    ['recovering', value.recovering === 0 ? '' : value.recovering],
    ['last stop', value.lastStop === null ? '' : `${value.lastStop.at}: ${value.lastStop.reason}`],
    ['next', NEXT[value.state]],
  ]);
}
