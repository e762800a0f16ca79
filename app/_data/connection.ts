/**
 * How things stand between this page and the daemon, derived from what the link and the gateway say. Pure. Every screen asks this one
 * union what it may show and what it must lock; nothing else in the app decides it.
 */
import type { Supervision } from '../../server/contract/socket.ts';
import type { GatewaySight } from './gateway.ts';

/** `not_let_in`: this browser was paired once, and was revoked since or has lost its cookie. */
export type HaltReason = 'never_paired' | 'not_let_in' | 'stopped';

export type LinkState =
  /** `attempt` counts from 1 since the link was last up. */
  | { readonly phase: 'connecting'; readonly attempt: number; readonly sinceMs: number; readonly everUp: 'yes' | 'no' }
  | { readonly phase: 'open'; readonly verdict: Supervision['verdict'] | null; readonly synced: 'yes' | 'no' }
  | { readonly phase: 'waiting'; readonly attempt: number; readonly retryAtMs: number }
  | { readonly phase: 'halted'; readonly why: HaltReason }
  | { readonly phase: 'refused'; readonly message: string };

export type Connection =
  /** The first moments of a visit; nothing has gone wrong. */
  | { readonly kind: 'loading' }
  | { readonly kind: 'live'; readonly counted: 'counted' | 'not_counted' }
  /** Connected, or about to be; what is shown is as of then. */
  | { readonly kind: 'stale'; readonly asOfMs: number | null }
  | {
      readonly kind: 'reconnecting';
      readonly attempt: number;
      /** `null` while an attempt is under way. */
      readonly retryAtMs: number | null;
      readonly missing: 'daemon' | 'gateway';
      readonly asOfMs: number | null;
    }
  | { readonly kind: 'starting'; readonly asOfMs: number | null }
  | { readonly kind: 'stopped'; readonly reason: string | null; readonly atMs: number | null; readonly asOfMs: number | null }
  | {
      readonly kind: 'failed';
      readonly error: { readonly message: string; readonly hint: string } | null;
      readonly lastLog: readonly string[];
      readonly asOfMs: number | null;
    }
  | { readonly kind: 'unpaired'; readonly before: 'paired' | 'never' }
  /** The daemon and this page do not understand each other; a reload brings the page that fits. */
  | { readonly kind: 'refused'; readonly message: string };

export type ConnectionInput = {
  readonly link: LinkState;
  readonly gateway: GatewaySight;
  /** When what is shown was last known to be true; `null` if nothing was ever seen. */
  readonly asOfMs: number | null;
  readonly nowMs: number;
};

/** A link that is lost and found again within this time is not worth a banner. */
export const PATIENCE_MS = 700;

export function deriveConnection({ link, gateway, asOfMs, nowMs }: ConnectionInput): Connection {
  switch (link.phase) {
    case 'open':
      if (link.synced === 'no' || link.verdict === 'restarting') return { kind: 'stale', asOfMs };
      return { kind: 'live', counted: link.verdict === 'counted' ? 'counted' : 'not_counted' };
    case 'refused':
      return { kind: 'refused', message: link.message };
    case 'halted':
      if (link.why === 'stopped') return stopped(gateway, asOfMs);
      return { kind: 'unpaired', before: link.why === 'never_paired' ? 'never' : 'paired' };
    case 'connecting': {
      const seen = daemonOf(gateway);
      if (seen === 'failed') return failed(gateway, asOfMs);
      if (seen === 'starting') return { kind: 'starting', asOfMs };
      if (link.attempt > 1) return { kind: 'reconnecting', attempt: link.attempt, retryAtMs: null, missing: missingPart(gateway), asOfMs };
      if (nowMs - link.sinceMs < PATIENCE_MS)
        return link.everUp === 'yes' || asOfMs !== null ? { kind: 'stale', asOfMs } : { kind: 'loading' };
      return seen === 'none'
        ? { kind: 'starting', asOfMs }
        : { kind: 'reconnecting', attempt: 1, retryAtMs: null, missing: missingPart(gateway), asOfMs };
    }
    case 'waiting':
      if (daemonOf(gateway) === 'failed') return failed(gateway, asOfMs);
      if (daemonOf(gateway) === 'starting') return { kind: 'starting', asOfMs };
      return { kind: 'reconnecting', attempt: link.attempt, retryAtMs: link.retryAtMs, missing: missingPart(gateway), asOfMs };
    default:
      return link satisfies never;
  }
}

const daemonOf = (gateway: GatewaySight) => (gateway.kind === 'seen' ? gateway.state.daemon : null);
const missingPart = (gateway: GatewaySight) => (gateway.kind === 'unreachable' ? 'gateway' : 'daemon');

function stopped(gateway: GatewaySight, asOfMs: number | null): Connection {
  const stop = gateway.kind === 'seen' ? gateway.state.lastStop : null;
  const atMs = stop === null ? Number.NaN : Date.parse(stop.at);
  return { kind: 'stopped', reason: stop?.reason ?? null, atMs: Number.isNaN(atMs) ? null : atMs, asOfMs };
}

function failed(gateway: GatewaySight, asOfMs: number | null): Connection {
  const state = gateway.kind === 'seen' ? gateway.state : null;
  return { kind: 'failed', error: state?.error ?? null, lastLog: state?.lastLog ?? [], asOfMs };
}

/** Why a command cannot be given now; `null` when it can. Short enough for a tooltip. */
export function lockReason(connection: Connection): string | null {
  switch (connection.kind) {
    case 'live':
      return null;
    case 'loading':
      return 'Still connecting';
    case 'stale':
      return 'Catching up with the daemon';
    case 'reconnecting':
      return connection.missing === 'gateway' ? 'The dashboard’s server does not answer' : 'Not connected to the daemon';
    case 'starting':
      return 'The daemon is starting';
    case 'stopped':
      return 'The daemon is stopped';
    case 'failed':
      return 'The daemon could not start';
    case 'unpaired':
      return 'This browser is not paired';
    case 'refused':
      return 'The page and the daemon are of different versions';
    default:
      return connection satisfies never;
  }
}

/** 200 ms, then doubling to 5 s: a daemon that was killed is back in half a second, a gateway that is gone is not hammered. */
export function backoffMs(attempt: number): number {
  return Math.min(5_000, 200 * 2 ** Math.min(10, attempt - 1));
}
