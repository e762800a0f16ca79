import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeviceService, PairRequest } from '../ports/app-services.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import { code } from '../testing/contracts/store-sessions.contract.ts';
import { createManualClock, type ManualClock } from '../testing/fakes/clock.ts';
import { createFakeKey } from '../testing/fakes/gateway-key.ts';
import { createRecordingLog, type RecordingLog } from '../testing/fakes/log.ts';
import { createFakeStore } from '../testing/fakes/store.ts';
import { createDevices } from './devices.ts';

const HERE: PairRequest['visit'] = { host: 'localhost:3000', scheme: 'http', from: 'here' };
const TUNNEL: PairRequest['visit'] = { host: 'box.tunnel.example', scheme: 'https', from: 'tunnel' };

let clock: ManualClock;
let store: Store;
let log: RecordingLog;
let codes: Set<string>;
let devices: DeviceService;
let tokens: number;

beforeEach(() => {
  clock = createManualClock();
  store = createFakeStore({ nowMs: clock.nowMs });
  log = createRecordingLog();
  codes = new Set();
  tokens = 0;
  const newToken = (): string => {
    tokens += 1;
    return `${tokens}`.padStart(16, '0').padEnd(43, 'x');
  };
  make({ newToken, hash: (token) => `hash-of-${token}` });
});

function make(secrets: Pick<Secrets, 'newToken' | 'hash'>): void {
  devices = createDevices({
    store,
    key: createFakeKey(),
    codes: { consume: (given) => codes.delete(given) },
    secrets,
    clock,
    log,
    cookieName: 'ao_device',
  });
}

function pair(visit = HERE, name = 'Firefox'): { id: string; cookie: string; secret: string } {
  codes.add('good');
  const { deviceId, secret, setCookie } = devices.pair({ code: 'good', name, visit });
  return { id: deviceId, secret, cookie: setCookie.split(';')[0] ?? '' };
}

describe('a paired browser', () => {
  it('has an id that can be typed after a command: never an option', () => {
    const own = (token: string): string => createHash('sha256').update(token).digest('hex');
    make({ newToken: () => `-${'x'.repeat(42)}`, hash: own });
    expect(pair().id).toMatch(/^[0-9a-f]{24}$/);
  });

  it('is known by its cookie and its secret together, and its secret is kept nowhere', () => {
    const { id, cookie, secret } = pair();
    expect(devices.authenticate({ cookies: [cookie], secret })).toMatchObject({ id, name: 'Firefox' });
    expect(devices.recognize([cookie])).toBe(id);
    expect(JSON.stringify([store.devices.list(), log.lines])).not.toContain(`"${secret}"`);
  });

  it('S4: is nobody without the cookie, without the secret, or with those of two', () => {
    const [one, two] = [pair(), pair()];
    const refused = (cookies: readonly string[], secret: string): void =>
      expect(() => devices.authenticate({ cookies, secret })).toThrow(code('UNAUTHENTICATED'));
    refused([], one.secret);
    refused(['theme=dark'], one.secret);
    refused([one.cookie], '');
    refused([one.cookie], two.secret);
    refused([one.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))], one.secret);
    refused([`ao_device=${one.id}.${two.cookie.split('.')[1] ?? ''}`], one.secret);
  });

  it('S1: is found among cookies of our name that other pages of this host have set', () => {
    const { id, cookie, secret } = pair();
    const planted = `ao_device=${'a'.repeat(16)}.${'A'.repeat(43)}; ao_device=junk; ao_device=`;
    expect(devices.authenticate({ cookies: [`${planted}; ${cookie}`], secret }).id).toBe(id);
    expect(devices.authenticate({ cookies: [planted, cookie], secret }).id).toBe(id);
  });

  it('gets a Secure cookie behind a tunnel that is encrypted', () => {
    codes.add('good');
    expect(devices.pair({ code: 'good', name: 'Phone', visit: TUNNEL }).setCookie).toMatch(/; Secure$/);
  });

  it('is seen to the minute, with one write a minute at most', async () => {
    const { id, cookie, secret } = pair();
    const pairedAtMs = clock.nowMs();
    const seen = (): number | undefined => store.devices.get(id)?.lastSeenAtMs;
    await clock.advance(59_000);
    devices.authenticate({ cookies: [cookie], secret });
    expect(seen()).toBe(pairedAtMs);
    await clock.advance(2_000);
    for (let time = 0; time < 5; time += 1) devices.authenticate({ cookies: [cookie], secret });
    expect(seen()).toBe(pairedAtMs + 61_000);
    clock.jumpWall(-3_600_000);
    devices.authenticate({ cookies: [cookie], secret });
    expect(seen()).toBe(clock.nowMs());
  });

  it('L9: comes in although it cannot be noted that it did', async () => {
    const { id, cookie, secret } = pair();
    await clock.advance(120_000);
    const full = {
      ...store.devices,
      recordSeen: () => {
        throw new Error('disk full');
      },
    };
    const parts = { key: createFakeKey(), codes, clock, log, cookieName: 'ao_device' };
    const starved = createDevices({
      ...parts,
      store: { devices: full },
      codes: { consume: () => false },
      secrets: { newToken: () => '', hash: (token) => `hash-of-${token}` },
    });
    expect(starved.authenticate({ cookies: [cookie], secret }).id).toBe(id);
    expect(log.lines.some(({ level }) => level === 'warn')).toBe(true);
  });

  it('S4: is out the moment it is revoked, for good, and its listeners hear of it then', () => {
    const [one, two] = [pair(), pair(HERE, 'Other')];
    const heard: string[] = [];
    devices.onRevoked((id) => {
      // By now a new connection would be refused.
      expect(devices.recognize([one.cookie])).toBeNull();
      heard.push(id);
    });
    devices.revoke(one.id);
    expect(heard).toEqual([one.id]);
    expect(() => devices.authenticate({ cookies: [one.cookie], secret: one.secret })).toThrow(/revoked/);
    expect(devices.list().map(({ id }) => id)).toEqual([two.id]);
    expect(() => devices.revoke('nobody')).toThrow(code('DEVICE_NOT_FOUND'));
  });
});

describe('pairing codes', () => {
  it('S4: are used up by the first who brings them', () => {
    pair();
    expect(() => devices.pair({ code: 'good', name: 'x', visit: HERE })).toThrow(code('PAIRING_CODE_REFUSED'));
    expect(devices.list()).toHaveLength(1);
  });

  it('S3: wrong ones through a tunnel are slowed down for a minute, without holding up anybody at this machine or elsewhere', async () => {
    const attempt = (visit: PairRequest['visit']) => () => devices.pair({ code: 'wrong', name: 'x', visit });
    for (let time = 0; time < 10; time += 1) expect(attempt(TUNNEL)).toThrow(code('PAIRING_CODE_REFUSED'));
    expect(attempt(TUNNEL)).toThrow(code('TOO_MANY_REQUESTS'));
    expect(attempt({ ...TUNNEL, host: 'other.tunnel.example' })).toThrow(code('PAIRING_CODE_REFUSED'));
    for (let time = 0; time < 100; time += 1) expect(attempt(HERE)).toThrow(code('PAIRING_CODE_REFUSED'));
    pair();
    codes.add('good');
    expect(() => devices.pair({ code: 'good', name: 'x', visit: TUNNEL })).toThrow(code('TOO_MANY_REQUESTS'));
    await clock.advance(60_001);
    expect(devices.pair({ code: 'good', name: 'x', visit: TUNNEL }).deviceId).not.toBe('');
  });
});
