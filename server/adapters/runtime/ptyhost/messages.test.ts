import { describe, expect, it } from 'vitest';
import { negotiate, parseHello, parsePage, parseReply, parseRequest, parseScreen, parseStatus } from './messages.ts';

const LAUNCH = '22222222-2222-4222-8222-222222222222';
const STATUS = {
  instanceId: '11111111-1111-4111-8111-111111111111',
  sessionId: 'app-1',
  launchId: LAUNCH,
  pid: 7,
  exit: null,
  size: { cols: 80, rows: 24 },
  pasted: null,
  submitted: 'm-1',
  offset: 12,
  pictures: true,
};
const PAGE = { total: 9, first: 1, rows: 8, text: 't', anchor: 'a', cols: 80, screen: 's' };

describe('what daemon and pty host say to each other', () => {
  it.each([
    [{ min: 1, max: 1 }, { min: 1, max: 1 }, 1],
    [{ min: 1, max: 1 }, { min: 1, max: 2 }, 1],
    [{ min: 1, max: 3 }, { min: 2, max: 2 }, 2],
    [{ min: 1, max: 1 }, { min: 2, max: 2 }, null],
    [{ min: 3, max: 4 }, { min: 1, max: 2 }, null],
  ])('L12: of %j and %j it is version %j', (ours, theirs, version) => {
    expect(negotiate(ours, theirs)).toBe(version);
  });

  it('is read with what a later version adds', () => {
    expect(parseHello({ token: 't', min: 1, max: 9, colour: 'red' })).toEqual({ token: 't', min: 1, max: 9 });
    expect(parseRequest({ op: 'resize', cols: 80, rows: 24, pixels: 1 })).toEqual({ op: 'resize', cols: 80, rows: 24 });
    expect(parseStatus({ ...STATUS, mood: 'good' })).toEqual(STATUS);
    expect(parseRequest({ op: 'picture', number: 7 })).toEqual({ op: 'picture', number: 7 });
    expect(parseReply({ ok: false, refusal: 'tired', why: 'late' })).toEqual({ ok: false, refusal: 'failed', why: 'late' });
    expect(parseReply({ ok: true })).toEqual({ ok: true, facts: undefined });
  });

  it('L12: of a host of earlier days it is known that it does not draw pictures', () => {
    const { pictures: _, ...earlier } = STATUS;
    expect(parseStatus(earlier)).toEqual({ ...STATUS, pictures: false });
  });

  it.each([
    null,
    3,
    [],
    {},
    { op: 'dance' },
    { op: 'picture', number: 2 ** 32 },
    { op: 'capture' },
    { op: 'capture', historyLines: -1 },
    { op: 'history', from: -1, rows: 10, anchor: null },
    { op: 'history', from: null, rows: 10 },
    { op: 'resize', cols: 1, rows: 24 },
    { op: 'resize', cols: 80.5, rows: 24 },
    { op: 'resize', cols: '80', rows: 24 },
    { op: 'paste', launchId: LAUNCH },
    { op: 'submit', launchId: 'x', messageId: 'm' },
    { op: 'destroy', launchId: `${LAUNCH}\n` },
  ])('S9: is no request: %j', (value) => {
    expect(parseRequest(value)).toBeNull();
  });

  it('S9: is no hello, status or reply where a field is missing or of another kind', () => {
    for (const value of [null, [], { token: 't' }, { token: 1, min: 1, max: 1 }, { token: 't', min: -1, max: 1 }])
      expect(parseHello(value)).toBeNull();
    for (const key of Object.keys(STATUS).filter((name) => !['instanceId', 'pasted', 'submitted', 'pictures'].includes(name)))
      expect([key, parseStatus({ ...STATUS, [key]: {} })]).toEqual([key, null]);
    for (const key of Object.keys(PAGE)) expect([key, parsePage({ ...PAGE, [key]: {} })]).toEqual([key, null]);
    expect([parsePage({ ...PAGE, screen: null, mood: 'good' }), parseScreen({ cols: 80 })]).toEqual([{ ...PAGE, screen: null }, null]);
    expect(parseStatus({ ...STATUS, exit: { code: 'x', signal: null, atMs: 1 } })).toBeNull();
    expect(parseStatus({ ...STATUS, exit: { code: null, signal: 'SIGKILL', atMs: 1 } })?.exit?.signal).toBe('SIGKILL');
    expect([parseReply(null), parseReply({}), parseReply({ ok: 'yes' })]).toEqual([null, null, null]);
  });
});
