import { describe, expect, it } from 'vitest';
import { toContentSecurityPolicy } from './page-policy.ts';

const policy = (mode: 'production' | 'development') => toContentSecurityPolicy({ nonce: 'bm9uY2U=', host: 'localhost:3000', mode });
const directive = (text: string, name: string) => text.split('; ').find((part) => part.startsWith(`${name} `));

describe('the content security policy of a page', () => {
  it('S10: runs no inline script but the one with the nonce, and is shown in no frame', () => {
    expect(directive(policy('production'), 'script-src')).toBe("script-src 'self' 'nonce-bm9uY2U='");
    expect(directive(policy('production'), 'frame-ancestors')).toBe("frame-ancestors 'none'");
    expect(directive(policy('production'), 'base-uri')).toBe("base-uri 'none'");
    expect(directive(policy('production'), 'object-src')).toBe("object-src 'none'");
    expect(policy('production')).not.toContain('unsafe-eval');
  });

  it('lets a page speak to where it came from only, by socket too', () => {
    expect(directive(policy('production'), 'connect-src')).toBe("connect-src 'self' ws://localhost:3000 wss://localhost:3000");
  });

  it('lets the development client evaluate code', () => {
    expect(directive(policy('development'), 'script-src')).toContain("'unsafe-eval'");
  });
});
