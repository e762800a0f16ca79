/**
 * Paired browsers (SPEC §8): let in by a signed cookie and a secret together, and by neither alone. Owns the rows and the verdict;
 * where cookies and headers come from is the transport's.
 */
import { devicePayload, readDeviceClaims, toDeviceCookie } from '../core/access/device-cookie.ts';
import { AppError, toAppError } from '../core/errors.ts';
import type { DeviceProof, DeviceService, PairRequest } from '../ports/app-services.ts';
import type { Clock } from '../ports/clock.ts';
import type { GatewayKey } from '../ports/gateway-key.ts';
import type { Log } from '../ports/log.ts';
import type { PairingFile } from '../ports/pairing-file.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Device, Store } from '../ports/store.ts';

/** "Last seen" is for people: to the minute, so that not every request is a write. */
const SEEN_PERIOD_MS = 60_000;
/** Wrong codes that may come through one tunnel host in a minute. A code has 160 bits; this is about noise, not about luck. */
const WRONG_CODES_PER_MINUTE = 10;
const MINUTE_MS = 60_000;
/** Hex digits, 96 bits: an id is a name, not a secret, and is typed in a terminal, where a dash in front makes an option of it. */
const DEVICE_ID_LENGTH = 24;

type Deps = {
  readonly store: Pick<Store, 'devices'>;
  readonly key: GatewayKey;
  readonly codes: Pick<PairingFile, 'consume'>;
  readonly secrets: Pick<Secrets, 'newToken' | 'hash'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly cookieName: string;
};

export function createDevices({ store, key, codes, secrets, clock, log, cookieName }: Deps): DeviceService {
  const listeners: ((id: string) => void)[] = [];
  const wrongCodes = new Map<string, readonly number[]>();

  /** Every device that a cookie of ours names, whatever other pages of this host have put beside it. */
  function named(cookies: readonly string[]): readonly Device[] {
    return readDeviceClaims(cookies, cookieName)
      .filter(({ deviceId, signature }) => key.verify(devicePayload(deviceId), signature))
      .map(({ deviceId }) => store.devices.get(deviceId))
      .filter((device) => device !== null);
  }

  function recordSeen(device: Device): void {
    const nowMs = clock.nowMs();
    if (Math.abs(nowMs - device.lastSeenAtMs) < SEEN_PERIOD_MS) return;
    try {
      store.devices.recordSeen(device.id, nowMs);
    } catch (caught) {
      // A full disk is no reason to lock the owner out.
      log.warn({ deviceId: device.id, error: toAppError(caught).message }, 'it could not be noted when a device was seen');
    }
  }

  /** Whoever sits at this machine is never held up: only what comes through a tunnel is counted. */
  function assertAttemptAllowed({ host, from }: PairRequest['visit']): void {
    if (from === 'here') return;
    if (recentWrongCodes(host).length < WRONG_CODES_PER_MINUTE) return;
    throw new AppError({
      code: 'TOO_MANY_REQUESTS',
      message: `Too many wrong pairing codes came through ${host}.`,
      hint: 'Wait a minute, then open a fresh link: `ao pair`.',
    });
  }

  function recentWrongCodes(host: string): readonly number[] {
    const sinceMs = clock.monotonicMs() - MINUTE_MS;
    for (const [other, times] of wrongCodes) if ((times.at(-1) ?? 0) <= sinceMs) wrongCodes.delete(other);
    return (wrongCodes.get(host) ?? []).filter((atMs) => atMs > sinceMs);
  }

  function authenticate({ cookies, secret }: DeviceProof): Device {
    const candidates = named(cookies);
    if (candidates.length === 0) throw unauthenticated('This browser is not paired');
    const secretHash = secrets.hash(secret);
    const device = candidates.find((candidate) => candidate.secretHash === secretHash);
    if (device === undefined) throw unauthenticated('The secret of this browser does not belong to its cookie');
    if (device.revokedAtMs !== null) throw unauthenticated('This browser was paired and has been revoked');
    recordSeen(device);
    return device;
  }

  return {
    pair({ code, name, visit }) {
      assertAttemptAllowed(visit);
      if (!codes.consume(code)) {
        if (visit.from === 'tunnel') wrongCodes.set(visit.host, [...recentWrongCodes(visit.host), clock.monotonicMs()]);
        throw new AppError({
          code: 'PAIRING_CODE_REFUSED',
          message: 'This pairing link was used already, or it is older than ten minutes.',
          hint: 'Make a fresh one with `ao pair` and open it in this browser.',
        });
      }
      const deviceId = secrets.hash(secrets.newToken()).slice(0, DEVICE_ID_LENGTH);
      const secret = secrets.newToken();
      const nowMs = clock.nowMs();
      store.devices.insert({
        id: deviceId,
        name,
        secretHash: secrets.hash(secret),
        createdAtMs: nowMs,
        lastSeenAtMs: nowMs,
        revokedAtMs: null,
      });
      log.info({ deviceId, host: visit.host, from: visit.from }, 'a browser was paired');
      const setCookie = toDeviceCookie({ name: cookieName, deviceId, signature: key.sign(devicePayload(deviceId)), scheme: visit.scheme });
      return { deviceId, secret, setCookie };
    },
    recognize: (cookies) => named(cookies).find((device) => device.revokedAtMs === null)?.id ?? null,
    authenticate,
    list: () => store.devices.list().filter((device) => device.revokedAtMs === null),
    revoke(id) {
      const device = store.devices.revoke(id, clock.nowMs());
      log.info({ deviceId: id }, 'a paired browser was revoked');
      for (const listener of listeners) listener(id);
      return device;
    },
    onRevoked: (listener) => void listeners.push(listener),
  };
}

function unauthenticated(why: string): AppError {
  return new AppError({ code: 'UNAUTHENTICATED', message: `${why}.`, hint: 'Run `ao pair` and open its link in this browser.' });
}
