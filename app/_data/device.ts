/**
 * What makes this browser a paired device: the secret in origin storage. The cookie beside it is HttpOnly and none of our business.
 * The names on the wire are the contract's own; they are written out here, checked by the compiler, so that zod stays out of the page.
 */
import type * as contract from '../../server/contract/device.ts';

export const DEVICE_SECRET_HEADER: typeof contract.DEVICE_SECRET_HEADER = 'x-ao-device-secret';

const KEY = 'ao.device';

export function readDeviceSecret(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Throws where the browser gives us no storage: without it this browser cannot be paired. */
export function keepDeviceSecret(secret: string): void {
  localStorage.setItem(KEY, secret);
}

export function forgetDeviceSecret(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Mac OS X/, 'macOS'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** A name by which its owner will know this device in a list, from the user agent. */
export function describeDevice(userAgent: string): string {
  const find = (table: readonly (readonly [RegExp, string])[]): string | undefined =>
    table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = find(BROWSERS) ?? 'Browser';
  const system = find(SYSTEMS);
  return system === undefined ? browser : `${browser} on ${system}`;
}
