import { describe, expect, it } from 'vitest';
import { judgeLink } from './link-guard.ts';

describe('a link in a terminal', () => {
  it('opens when it is plain http or https', () => {
    expect(judgeLink('http://localhost:5173/a?b#c', null)).toEqual({ kind: 'open', url: 'http://localhost:5173/a?b#c' });
    expect(judgeLink('https://example.com', 'the docs').kind).toBe('open');
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'file:///etc/passwd',
    'FILE://host/share',
    'data:text/html,<script>',
    'vbscript:x',
    'blob:https://example.com/1',
    'about:blank',
    'view-source:https://example.com',
  ])('is never opened as %s (S8)', (uri) => {
    expect(judgeLink(uri, null).kind).toBe('refuse');
  });

  it.each(['java\nscript:alert(1)', 'https://example.com/\x1b]52', 'java\tscript:alert(1)', 'https://example.com/\u2028'])(
    'is refused with control characters in it: %j (S8)',
    (uri) => {
      expect(judgeLink(uri, null).kind).toBe('refuse');
    },
  );

  it('is refused when it is no address or endless', () => {
    expect(judgeLink('not a link', null).kind).toBe('refuse');
    expect(judgeLink(`https://example.com/${'x'.repeat(5_000)}`, null).kind).toBe('refuse');
  });

  it('asks before another program is opened', () => {
    expect(judgeLink('mailto:a@example.com', null)).toMatchObject({ kind: 'confirm', why: expect.stringContaining('mailto:') });
    expect(judgeLink('vscode://file/x', null).kind).toBe('confirm');
  });

  it('asks when the text names another host than the link (S8)', () => {
    expect(judgeLink('https://evil.example', 'https://github.com/login')).toMatchObject({
      kind: 'confirm',
      why: 'The text says github.com, the link leads to evil.example',
    });
    expect(judgeLink('https://evil.example', 'github.com/login').kind).toBe('confirm');
    expect(judgeLink('https://github.com/x', 'github.com').kind).toBe('open');
    expect(judgeLink('https://github.com/x', 'README.md and more').kind).toBe('open');
  });

  it('asks when the host hides behind a user name or look-alike letters', () => {
    expect(judgeLink('https://github.com@evil.example/', null)).toMatchObject({
      kind: 'confirm',
      why: expect.stringContaining('evil.example'),
    });
    expect(judgeLink('https://gіthub.com/', null).kind).toBe('confirm');
  });
});
