import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { eventually, makeTempDir } from '../../testing/resources.ts';
import { openLogFile } from './pino-log.ts';
import { redactFacts } from './redact.ts';

describe('the log file', () => {
  it('has each line at once, 0600, with the facts of the child', async () => {
    await using dir = await makeTempDir();
    const errors: string[] = [];
    const file = openLogFile({ directory: join(dir.path, 'logs'), level: 'info', base: { pid: 7 }, stderr: (line) => errors.push(line) });
    file.log.child({ sessionId: 'app-1' }).info({ from: 'held' }, 'Supervision changed');
    file.log.debug({}, 'not shown');
    file.log.error(
      { error: new AppError({ code: 'INTERNAL', message: 'no disk', hint: 'buy one' }, { cause: new Error('ENOSPC') }) },
      'It broke',
    );
    const lines = readFileSync(file.path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { pid: 7, sessionId: 'app-1', from: 'held', msg: 'Supervision changed' },
      { msg: 'It broke', error: { code: 'INTERNAL', message: 'no disk', hint: 'buy one', cause: { message: 'ENOSPC' } } },
    ]);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(errors).toEqual([expect.stringMatching(/^error: It broke .*"code":"INTERNAL"/)]);
    file.close();
  });

  it('is set aside when it is full, while the daemon runs, with no line lost and no descriptor left', async () => {
    await using dir = await makeTempDir();
    const file = openLogFile({ directory: dir.path, level: 'info', base: {}, stderr: () => undefined, rotateBytes: 4_000 });
    const open = (): readonly string[] =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          const target = readlinkSync(`/proc/self/fd/${fd}`);
          return target.startsWith(`${dir.path}/`) ? [target.slice(dir.path.length + 1)] : [];
        } catch {
          return [];
        }
      });
    const numbers = (name: string): number[] =>
      [...readFileSync(join(dir.path, name), 'utf8').matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));
    for (let n = 0; n < 100; n += 1) file.log.info({ n }, 'a line of some length');
    await new Promise(setImmediate);
    const kept = [...numbers('daemon.log.1'), ...numbers('daemon.log')];
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 100 - kept.length + index));
    expect(kept.length).toBeGreaterThan(40);
    expect(readdirSync(dir.path).sort()).toEqual(['daemon.log', 'daemon.log.1']);
    for (const name of readdirSync(dir.path)) {
      expect(statSync(join(dir.path, name)).size).toBeLessThan(4_200);
      expect(statSync(join(dir.path, name)).mode & 0o777).toBe(0o600);
    }
    // sonic-boom closes in the background.
    await eventually(
      () => `only the log to be open, not ${open().join(', ')}`,
      () => open().join() === 'daemon.log',
    );
    file.close();
    // A later daemon goes on in the same file.
    const next = openLogFile({ directory: dir.path, level: 'info', base: {}, stderr: () => undefined, rotateBytes: 4_000 });
    next.log.info({ n: 100 }, 'on');
    expect(numbers('daemon.log').at(-1)).toBe(100);
    next.close();
  });

  it('S10: has no secret in it, whatever the depth', () => {
    const facts = {
      token: 'S3',
      nested: { env: { AO_SESSION_TOKEN: 'S3', apiKey: 'S3' }, list: [{ Authorization: 'Bearer S3' }] },
      error: Object.assign(new Error('x'), { password: 'S3' }),
    };
    expect(JSON.stringify(redactFacts(facts))).not.toContain('S3');
    expect(redactFacts({ tokenHash: 'abc', credentialPath: '/x', tokenCount: 3, secret: null })).toEqual({
      tokenHash: 'abc',
      credentialPath: '/x',
      tokenCount: 3,
      secret: null,
    });
  });

  it('stands facts that refer to themselves', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => JSON.stringify(redactFacts(loop))).not.toThrow();
  });
});
