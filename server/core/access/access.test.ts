import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessPolicy, type AccessRequest, decideAccess } from './access.ts';
import { normalizeAllowedHost, normalizeAllowedOrigin, parseHostPort } from './allowlist.ts';

const policy: AccessPolicy = {
  port: 3001,
  uiPort: 3000,
  allowedHosts: ['tunnel.example', 'box.example:8443'],
  allowedOrigins: ['https://tunnel.example'],
};
const request = (overrides: Partial<AccessRequest>): AccessRequest => ({
  target: '/trpc/sessions.list',
  hosts: ['127.0.0.1:3001'],
  origins: [],
  ...overrides,
});
const refusedBy = (overrides: Partial<AccessRequest>): 'host' | 'origin' | null => {
  const decision = decideAccess(request(overrides), policy);
  return decision.kind === 'refused' ? decision.by : null;
};

describe('the Host check', () => {
  it.each(['127.0.0.1:3001', 'localhost:3001', 'LOCALHOST:3001', '[::1]:3001', 'tunnel.example', 'Tunnel.Example:99', 'box.example:8443'])(
    'S2: accepts %s',
    (host) => {
      expect(refusedBy({ hosts: [host] })).toBeNull();
    },
  );

  it.each([
    'evil.example',
    'evil.example:3001',
    'localhost',
    'localhost:3000',
    'localhost:80',
    'localhost.:3001',
    '127.0.0.1.:3001',
    '127.0.0.1.evil.example:3001',
    'localhost.evil.example:3001',
    'evil-localhost:3001',
    '127.1:3001',
    '2130706433:3001',
    '0.0.0.0:3001',
    '[::ffff:127.0.0.1]:3001',
    'localhost:03001x',
    'localhost:99999',
    'user@localhost:3001',
    'localhost:3001,evil.example',
    'localhost:3001 ',
    'box.example',
    'tunnel.example.',
    'x.tunnel.example',
    '',
    ':3001',
    'null',
    '*',
  ])('S2: refuses %j', (host) => {
    expect(refusedBy({ hosts: [host] })).toBe('host');
  });

  it('S2: refuses none, two, and a target that brings a host of its own', () => {
    expect(refusedBy({ hosts: [] })).toBe('host');
    expect(refusedBy({ hosts: ['127.0.0.1:3001', '127.0.0.1:3001'] })).toBe('host');
    expect(refusedBy({ target: 'http://127.0.0.1:3001/trpc' })).toBe('host');
    expect(refusedBy({ target: '//evil.example/trpc' })).toBe('host');
    expect(refusedBy({ target: '*' })).toBe('host');
  });

  it('S2: whatever the text, an accepted Host is one of the named ones with its port', () => {
    const pieces = fc.constantFrom(
      'localhost',
      '127.0.0.1',
      '[::1]',
      'tunnel.example',
      'box.example',
      '.',
      ':',
      '3001',
      '8443',
      '@',
      '#',
      '\t',
      'evil',
      '%00',
      'İ',
      'ſ',
      'K',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('')),
        ),
        (host) => {
          if (refusedBy({ hosts: [host] }) !== null) return;
          const ok = /^(?:(?:localhost|127\.0\.0\.1|\[::1\]):3001|tunnel\.example(?::[0-9]+)?|box\.example:8443)$/i;
          expect(host).toMatch(ok);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});

describe('the Origin check', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://localhost:3001', 'http://[::1]:3001', 'https://tunnel.example'])(
    'S1: accepts %s',
    (origin) => {
      expect(refusedBy({ origins: [origin] })).toBeNull();
    },
  );

  it('accepts a program that sends none', () => {
    expect(refusedBy({ origins: [] })).toBeNull();
  });

  it.each([
    'null',
    '',
    'http://localhost:5173',
    'http://localhost',
    'https://localhost:3000',
    'http://LOCALHOST:3000',
    'http://localhost.:3000',
    'http://localhost:3000/',
    'http://localhost:3000.evil.example',
    'http://localhost.evil.example:3000',
    'http://evil.example',
    'https://tunnel.example.',
    'https://tunnel.example.evil.example',
    'http://tunnel.example',
    'https://TUNNEL.example',
    'https://u@tunnel.example',
    'http://localhost:3000 http://evil.example',
    'file://',
  ])('S1: refuses %j', (origin) => {
    expect(refusedBy({ origins: [origin] })).toBe('origin');
  });

  it('S1: refuses two origins even if each is fine', () => {
    expect(refusedBy({ origins: ['http://localhost:3000', 'http://localhost:3000'] })).toBe('origin');
  });
});

describe('names of hosts and origins', () => {
  it('normalizing is idempotent, and what it accepts parses', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.domain(),
          fc.string(),
          fc.webAuthority(),
          fc.ipV6().map((ip) => `[${ip}]`),
        ),
        (text) => {
          const host = normalizeAllowedHost(text);
          if (host === null) return;
          expect(normalizeAllowedHost(host)).toBe(host);
          expect(parseHostPort(host)).not.toBeNull();
          const origin = normalizeAllowedOrigin(`https://${text}`);
          expect(origin).not.toBeNull();
          expect(normalizeAllowedOrigin(origin as string)).toBe(origin);
          expect(new URL(origin as string).host.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
