import { describe, expect, it } from 'vitest';
import { isLocalClaim, readGatewayHeader, toGatewayHeader } from './gateway-claim.ts';

const NOW = 1_700_000_000_000;
/** No signature, but one that depends on every character. */
const sign = (payload: string): string =>
  [...payload]
    .reduce((sum, char) => (sum * 31n + BigInt(char.codePointAt(0) ?? 0)) % 64n ** 43n, 7n)
    .toString(36)
    .padStart(43, '0')
    .slice(-43);
const key = { verify: (payload: string, signature: string) => sign(payload) === signature, nowMs: NOW };

describe("the gateway's word", () => {
  it.each([
    ['http', 'localhost:3000', 'here'],
    ['http', '127.0.0.1:3000', 'here'],
    ['http', '[::1]:3000', 'here'],
    ['https', 'tunnel.example', 'away'],
    ['https', 'Box.Example:8443', 'away'],
  ] as const)('says that %s://%s is %s', (scheme, host, where) => {
    const claim = readGatewayHeader([toGatewayHeader({ scheme, host, atMs: NOW }, sign)], key);
    expect(claim).toEqual({ scheme, host: host.toLowerCase(), atMs: NOW });
    expect(claim && isLocalClaim(claim)).toBe(where === 'here');
  });

  it('S2: is worth nothing when it is old, of the future, changed, doubled, or signed for something else', () => {
    const header = toGatewayHeader({ scheme: 'http', host: 'localhost:3000', atMs: NOW }, sign);
    expect(readGatewayHeader([header], { ...key, nowMs: NOW + 60_000 })).not.toBeNull();
    for (const nowMs of [NOW + 60_001, NOW - 60_001]) expect(readGatewayHeader([header], { ...key, nowMs })).toBeNull();
    expect(readGatewayHeader([header, header], key)).toBeNull();
    expect(readGatewayHeader([], key)).toBeNull();
    expect(readGatewayHeader([header.replace('localhost', 'localhosu')], key)).toBeNull();
    expect(readGatewayHeader([header.replace(';17', ';16')], key)).toBeNull();
    const claim = header.slice(0, -44);
    expect(readGatewayHeader([`${claim}.${sign(`device:${claim}`)}`], key)).toBeNull();
    for (const junk of ['', '.', `${header} `, `x${header}`, 'localhost', '{"host":"localhost"}'])
      expect(readGatewayHeader([junk], key), junk).toBeNull();
  });
});
