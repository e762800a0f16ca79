import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeviceClaims, toClearedDeviceCookie, toDeviceCookie } from './device-cookie.ts';

const SIGNATURE = 'a'.repeat(43);
const claim = { deviceId: 'dev_1-A', signature: SIGNATURE };

describe('the device cookie', () => {
  it('S10: is out of reach for scripts and other sites, and Secure where the page is', () => {
    const http = toDeviceCookie({ name: 'ao_device', scheme: 'http', ...claim });
    expect(http).toBe(`ao_device=dev_1-A.${SIGNATURE}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict`);
    expect(toDeviceCookie({ name: 'ao_device', scheme: 'https', ...claim })).toBe(`${http}; Secure`);
    expect(toClearedDeviceCookie({ name: 'ao_device', scheme: 'http' })).toContain('Max-Age=0');
  });

  it('comes back as it was set, among others and over several headers', () => {
    const value = `ao_device=dev_1-A.${SIGNATURE}`;
    expect(readDeviceClaims([`theme=dark; ${value}; x=1`], 'ao_device')).toEqual([claim]);
    expect(readDeviceClaims(['theme=dark', value], 'ao_device')).toEqual([claim]);
  });

  it('is found behind one that another port of this host has set for a longer path', () => {
    expect(readDeviceClaims([`ao_device=garbage; ao_device=dev_1-A.${SIGNATURE}`], 'ao_device')).toEqual([claim]);
  });

  it('is not looked for in any number of them', () => {
    const many = Array.from({ length: 1_000 }, () => `ao_device=dev_1-A.${SIGNATURE}`).join('; ');
    expect(readDeviceClaims([many], 'ao_device').length).toBeLessThan(10);
  });

  it('is nothing that is not exactly one id and one signature', () => {
    for (const value of [
      '',
      '.',
      'dev',
      `dev.${SIGNATURE}x`,
      `dev.${SIGNATURE.slice(1)}`,
      `.${SIGNATURE}`,
      `a b.${SIGNATURE}`,
      `"dev.${SIGNATURE}"`,
    ]) {
      expect(readDeviceClaims([`ao_device=${value}`], 'ao_device'), value).toEqual([]);
    }
    expect(readDeviceClaims([`xao_device=dev_1-A.${SIGNATURE}`], 'ao_device')).toEqual([]);
  });

  it('whatever the header, what is read has the alphabet of what is set', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const found of readDeviceClaims([text, `ao_device=${text}`], 'ao_device')) {
          expect(`${found.deviceId}.${found.signature}`).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
        }
      }),
    );
  });
});
