import { describe, expect, it } from 'vitest';
import { preferredAgent, toAgentOptions } from './agents.ts';
import { describeDevice } from './device.ts';
import { readRefusal } from './gateway.ts';
import { describeTransitions, nameOf } from './status.ts';
import { aSession } from './testing-views.ts';
import { formatAge, formatDuration } from './time.ts';

const agent = (name: string, part: { available?: boolean; needsCommand?: boolean } = {}) => ({
  name,
  available: true,
  needsCommand: false,
  why: null,
  hint: null,
  ...part,
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [1_500, '1.5 s'],
    [5_000, '5 s'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [600_000, '10 min'],
    [5_400_000, '1 h 30 min'],
  ])('calls %d ms %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatAge', () => {
  const nowMs = Date.parse('2026-01-02T12:00:00.000Z');
  it.each([
    ['2026-01-02T11:59:58.000Z', 'now'],
    ['2026-01-02T11:59:20.000Z', '40s'],
    ['2026-01-02T11:55:01.000Z', '4m'],
    ['2026-01-02T09:00:00.000Z', '3h'],
    ['2025-12-31T11:00:00.000Z', '2d'],
    ['2026-01-02T12:00:30.000Z', 'now'],
    ['no time', ''],
  ])('calls %s %j', (iso, text) => {
    expect(formatAge(iso, nowMs)).toBe(text);
  });
});

describe('describeTransitions', () => {
  const map = (...sessions: ReturnType<typeof aSession>[]) => new Map(sessions.map((session) => [session.id, session]));

  it('tells of those that came to need somebody, and of nothing else', () => {
    const before = map(aSession(), aSession({ id: 'app-2' }), aSession({ id: 'app-3', status: 'idle' }));
    const after = map(
      aSession({ status: 'needs_you' }),
      aSession({ id: 'app-2', title: 'Fix login', status: 'exited' }),
      aSession({ id: 'app-3', status: 'working' }),
      aSession({ id: 'app-4', status: 'needs_you' }),
    );
    expect(describeTransitions(before, after)).toEqual(['app-1: needs you', 'Fix login, app-2: exited']);
  });
});

describe('nameOf', () => {
  it('prefers the title, and calls an untitled orchestrator by its office', () => {
    expect(nameOf(aSession({ title: 'Fix login' }))).toBe('Fix login');
    expect(nameOf(aSession())).toBe('app-1');
    expect(nameOf(aSession({ kind: 'orchestrator' }))).toBe('Orchestrator');
  });
});

describe('describeDevice', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'Chrome on Linux'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1', 'Safari on iPhone'],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on macOS'],
    ['curl/8', 'Browser'],
  ])('names %s', (userAgent, name) => {
    expect(describeDevice(userAgent)).toBe(name);
  });
});

describe('readRefusal', () => {
  it("gives the server's own words, and the status where there are none", () => {
    expect(readRefusal({ error: { code: 'X', message: 'No.', hint: 'Do this.' } }, 503)).toEqual({
      message: 'No.',
      hint: 'Do this.',
      code: 'X',
    });
    for (const body of [null, 'text', { error: null }, { error: { message: 7 } }]) expect(readRefusal(body, 502).message).toContain('502');
  });
});

describe('agents of a form', () => {
  it('prefers a coding agent that is there, then a shell', () => {
    expect(preferredAgent([agent('shell'), agent('custom', { needsCommand: true }), agent('codex')])).toBe('codex');
    expect(preferredAgent([agent('claude-code', { available: false }), agent('custom', { needsCommand: true }), agent('shell')])).toBe(
      'shell',
    );
    expect(preferredAgent([agent('claude-code', { available: false })])).toBeNull();
  });

  it('lists the missing ones last, and says so', () => {
    const options = toAgentOptions([agent('aider', { available: false }), agent('shell')]);
    expect(options.map(({ value, disabled }) => [value, disabled])).toEqual([
      ['shell', false],
      ['aider', true],
    ]);
    expect(options[1]?.note).toBe('not installed');
  });
});
