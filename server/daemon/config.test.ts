import { describe, expect, it } from 'vitest';
import { type AppError, isAppError } from '../core/errors.ts';
import { type ConfigContext, parseConfig } from './config.ts';

const context: ConfigContext = { cwd: '/somewhere', homedir: '/home/u', platform: 'linux', faults: 'left_out' };

function refusal(env: Record<string, string>, overrides: Partial<ConfigContext> = {}): AppError {
  try {
    parseConfig(env, { ...context, ...overrides });
  } catch (caught) {
    if (isAppError(caught, 'BAD_ENV')) return caught;
    throw caught;
  }
  throw new Error(`accepted: ${JSON.stringify(env)}`);
}

describe('the daemon configuration', () => {
  it('has the defaults of SPEC §1.4 with an empty environment', () => {
    expect(parseConfig({}, context)).toEqual({
      port: 3_001,
      uiPort: 3_000,
      dataDir: '/home/u/.ao/data',
      runFile: '/home/u/.ao/running.json',
      owner: 'headless',
      graceMs: 5_000,
      lossGraceMs: 600_000,
      linkDeadlineMs: 60_000,
      shutdownTimeoutMs: 10_000,
      allowedHosts: [],
      allowedOrigins: [],
      runtime: null,
      recording: { perSessionBytes: 64 * 1_048_576, inAllBytes: 2_048 * 1_048_576, maxAgeMs: 14 * 86_400_000 },
      fault: null,
    });
  });

  it('makes the data directory absolute and keeps the run file of a second instance apart', () => {
    expect(parseConfig({ AO_DATA_DIR: 'second' }, context)).toMatchObject({
      dataDir: '/somewhere/second',
      runFile: '/somewhere/second/running.json',
    });
    expect(parseConfig({ AO_DATA_DIR: 'second', AO_RUN_FILE: '/run/ao.json' }, context).runFile).toBe('/run/ao.json');
    expect(parseConfig({ AO_DATA_DIR: 'C:\\ao' }, { ...context, platform: 'win32', cwd: 'D:\\' }).dataDir).toBe('C:\\ao');
  });

  it.each([
    ['AO_PORT', '0'],
    ['AO_PORT', '65536'],
    ['AO_PORT', '80a'],
    ['AO_PORT', ' 3001'],
    ['AO_PORT', '1e3'],
    ['AO_PORT', ''],
    ['AO_UI_PORT', '-1'],
    ['AO_DATA_DIR', ''],
    ['AO_DATA_DIR', 'a\nb'],
    ['AO_DATA_DIR', '~/data'],
    ['AO_RUN_FILE', 'x\u001b[31m'],
    ['AO_OWNER', 'persistent'],
    ['AO_OWNER', 'App'],
    ['AO_KEEP_DAEMON', 'yes'],
    ['AO_GRACE_MS', '5s'],
    ['AO_GRACE_MS', '-5'],
    ['AO_LOSS_GRACE_MS', '9999999999'],
    ['AO_LINK_DEADLINE', 'soon'],
    ['AO_SHUTDOWN_TIMEOUT', '1.5'],
    ['AO_ALLOWED_HOSTS', '*'],
    ['AO_ALLOWED_HOSTS', 'ok.example, null'],
    ['AO_ALLOWED_HOSTS', '*.example.org'],
    ['AO_ALLOWED_HOSTS', 'http://example.org'],
    ['AO_ALLOWED_ORIGINS', 'null'],
    ['AO_ALLOWED_ORIGINS', '*'],
    ['AO_ALLOWED_ORIGINS', 'example.org'],
    ['AO_ALLOWED_ORIGINS', 'https://u:p@example.org'],
    ['AO_ALLOWED_ORIGINS', 'https://example.org/path'],
    ['AO_RUNTIME', 'screen'],
    ['AO_FAULT', 'spawn.row'],
  ])('refuses %s=%j with the variable, the value and what is allowed', (variable, value) => {
    const error = refusal({ [variable]: value });
    expect(error.code).toBe('BAD_ENV');
    expect(error.message).toContain(`${variable}=`);
    expect(error.message).toContain('allowed: ');
    expect(error.hint).toContain(variable);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });

  it('names all bad values at once', () => {
    const error = refusal({ AO_PORT: 'x', AO_OWNER: 'me', AO_ALLOWED_HOSTS: '*,null' });
    expect(error.hint).toContain('AO_PORT, AO_OWNER, AO_ALLOWED_HOSTS');
    expect(error.message).toContain('AO_ALLOWED_HOSTS="*"');
    expect(error.message).toContain('AO_ALLOWED_HOSTS="null"');
  });

  it('reads every variable', () => {
    const config = parseConfig(
      {
        AO_PORT: '4000',
        AO_UI_PORT: '4001',
        AO_OWNER: 'app',
        AO_GRACE_MS: '0',
        AO_LOSS_GRACE_MS: '1',
        AO_LINK_DEADLINE: '2s',
        AO_SHUTDOWN_TIMEOUT: '250ms',
        AO_ALLOWED_HOSTS: 'Foo.Example, bar.example:8443,',
        AO_ALLOWED_ORIGINS: 'HTTPS://Foo.Example:443/, http://bar.example:8443',
        AO_RUNTIME: 'ptyhost',
      },
      context,
    );
    expect(config).toMatchObject({
      port: 4_000,
      uiPort: 4_001,
      owner: 'app',
      graceMs: 0,
      lossGraceMs: 1,
      linkDeadlineMs: 2_000,
      shutdownTimeoutMs: 250,
      runtime: 'ptyhost',
    });
    expect(config.allowedHosts).toEqual(['foo.example', 'bar.example:8443']);
    expect(config.allowedOrigins).toEqual(['https://foo.example', 'http://bar.example:8443']);
  });

  it('makes the daemon persistent with AO_KEEP_DAEMON, whoever starts it', () => {
    expect(parseConfig({ AO_OWNER: 'app', AO_KEEP_DAEMON: '1' }, context).owner).toBe('persistent');
    expect(parseConfig({ AO_OWNER: 'app', AO_KEEP_DAEMON: 'false' }, context).owner).toBe('app');
  });

  it('arms a fault point only in a build that has them', () => {
    expect(parseConfig({ AO_FAULT: 'spawn.row' }, { ...context, faults: 'compiled_in' }).fault).toBe('spawn.row');
    expect(refusal({ AO_FAULT: 'spawn.nothing' }, { faults: 'compiled_in' }).message).toContain('spawn.row');
  });
});
