import { describe, expect, it } from 'vitest';
import { toGatewayHeader } from './gateway-claim.ts';
import { readVisit } from './visit.ts';

/** 43 characters, as an HMAC has. */
const sign = (payload: string): string =>
  String([...payload].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003, 7)).padStart(43, 'x');
const key = { verify: (payload: string, signature: string) => signature === sign(payload), nowMs: 1_000_000 };
const header = (host: string, scheme: 'http' | 'https' = 'https', atMs = key.nowMs): string =>
  toGatewayHeader({ scheme, host, atMs }, sign);
const visit = (gatewayHeaders: readonly string[], host = '127.0.0.1:3001', origins: readonly string[] = []) =>
  readVisit({ gatewayHeaders, host, origins }, key);

describe('where a request came from', () => {
  it('is what the gateway signed, not the Host it rewrote', () => {
    expect(visit([header('box.tunnel.example')])).toEqual({ host: 'box.tunnel.example', scheme: 'https', from: 'tunnel' });
    expect(visit([header('localhost:3000', 'http')])).toEqual({ host: 'localhost:3000', scheme: 'http', from: 'here' });
  });

  it('is its own Host without a gateway', () => {
    expect(visit([])).toEqual({ host: '127.0.0.1:3001', scheme: 'http', from: 'here' });
    expect(visit([], 'box.tunnel.example', ['https://box.tunnel.example'])).toMatchObject({ scheme: 'https', from: 'tunnel' });
  });

  it('S2, S3: is nowhere with a word that is forged, stale, doubled or empty', () => {
    const good = header('localhost:3000');
    for (const headers of [
      [''],
      ['localhost:3000'],
      [`${good}x`],
      [good.replace('localhost', 'elsewhere')],
      [good, good],
      [header('a', 'http', 900_000)],
    ])
      expect(visit(headers), String(headers)).toBe('forged');
  });
});
