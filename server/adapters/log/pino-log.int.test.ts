import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import { makeTempDir } from '../../testing/resources.ts';
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
