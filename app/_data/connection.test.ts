import { describe, expect, it } from 'vitest';
import type { GatewayState } from '../../server/contract/gateway.ts';
import { backoffMs, type ConnectionInput, deriveConnection, lockReason, PATIENCE_MS } from './connection.ts';
import type { GatewaySight } from './gateway.ts';

const seen = (part: Partial<GatewayState>): GatewaySight => ({
  kind: 'seen',
  state: { daemon: 'ready', deliberate: false, error: null, lastLog: [], lastStop: null, ...part },
});
const derive = (part: Partial<ConnectionInput>) =>
  deriveConnection({
    link: { phase: 'open', verdict: 'counted', synced: 'yes' },
    gateway: { kind: 'unseen' },
    asOfMs: 500,
    nowMs: 10_000,
    ...part,
  });

describe('deriveConnection', () => {
  it('is live only once the snapshot is there', () => {
    expect(derive({})).toEqual({ kind: 'live', counted: 'counted' });
    expect(derive({ link: { phase: 'open', verdict: 'counted', synced: 'no' } })).toEqual({ kind: 'stale', asOfMs: 500 });
  });

  it('L5: does not claim to hold the daemon before the daemon has said so', () => {
    expect(derive({ link: { phase: 'open', verdict: null, synced: 'yes' } })).toEqual({ kind: 'live', counted: 'not_counted' });
  });

  it('is stale while the daemon drains', () => {
    expect(derive({ link: { phase: 'open', verdict: 'restarting', synced: 'yes' } }).kind).toBe('stale');
  });

  it('has patience with a first attempt, then says what it waits for', () => {
    const link = { phase: 'connecting', attempt: 1, sinceMs: 10_000, everUp: 'no' } as const;
    expect(derive({ link, asOfMs: null }).kind).toBe('loading');
    expect(derive({ link }).kind).toBe('stale');
    const late = { link, nowMs: 10_000 + PATIENCE_MS };
    expect(derive({ ...late, gateway: seen({ daemon: 'none' }) }).kind).toBe('starting');
    expect(derive({ ...late, gateway: seen({ daemon: 'starting' }) }).kind).toBe('starting');
    expect(derive(late)).toMatchObject({ kind: 'reconnecting', attempt: 1, retryAtMs: null, missing: 'daemon' });
  });

  it('counts attempts, and tells a missing gateway from a missing daemon', () => {
    const link = { phase: 'waiting', attempt: 3, retryAtMs: 12_000 } as const;
    expect(derive({ link, gateway: seen({ daemon: 'none' }) })).toEqual({
      kind: 'reconnecting',
      attempt: 3,
      retryAtMs: 12_000,
      missing: 'daemon',
      asOfMs: 500,
    });
    expect(derive({ link, gateway: { kind: 'unreachable' } })).toMatchObject({ missing: 'gateway' });
  });

  it('shows a daemon that cannot start with its reason and log, while waiting and while trying', () => {
    const error = { code: 'DATABASE_NEWER', message: 'Newer.', hint: 'Upgrade.' } as const;
    const gateway = seen({ daemon: 'failed', error, lastLog: ['line'] });
    for (const link of [
      { phase: 'waiting', attempt: 1, retryAtMs: 12_000 },
      { phase: 'connecting', attempt: 2, sinceMs: 1, everUp: 'yes' },
    ] as const) {
      expect(derive({ link, gateway })).toEqual({ kind: 'failed', error, lastLog: ['line'], asOfMs: 500 });
    }
  });

  it('S4: tells a browser that was let in before from one that never was', () => {
    expect(derive({ link: { phase: 'halted', why: 'not_let_in' } })).toEqual({ kind: 'unpaired', before: 'paired' });
    expect(derive({ link: { phase: 'halted', why: 'never_paired' } })).toEqual({ kind: 'unpaired', before: 'never' });
  });

  it('shows a deliberate stop with its reason and time', () => {
    const lastStop = { reason: 'asked for by the user', at: '2026-01-02T03:04:05.000Z' };
    const connection = derive({
      link: { phase: 'halted', why: 'stopped' },
      gateway: seen({ daemon: 'stopped', deliberate: true, lastStop }),
    });
    expect(connection).toEqual({ kind: 'stopped', reason: 'asked for by the user', atMs: Date.parse(lastStop.at), asOfMs: 500 });
    expect(derive({ link: { phase: 'halted', why: 'stopped' } })).toMatchObject({ reason: null, atMs: null });
  });
});

describe('lockReason', () => {
  it('locks every command whenever the page is not live, and says why', () => {
    expect(lockReason({ kind: 'live', counted: 'not_counted' })).toBeNull();
    expect(lockReason({ kind: 'stale', asOfMs: null })).not.toBeNull();
    expect(lockReason({ kind: 'stopped', reason: null, atMs: null, asOfMs: null })).toBe('The daemon is stopped');
    expect(lockReason({ kind: 'unpaired', before: 'never' })).not.toBeNull();
  });
});

describe('backoffMs', () => {
  it('starts short, never shrinks, and stops growing at five seconds', () => {
    const waits = Array.from({ length: 40 }, (_, index) => backoffMs(index + 1));
    expect(waits[0]).toBe(200);
    expect(waits.every((wait, index) => index === 0 || wait >= (waits[index - 1] ?? 0))).toBe(true);
    expect(Math.max(...waits)).toBe(5_000);
  });
});
