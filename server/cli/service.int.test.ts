import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTempDir, type TempDir } from '../testing/resources.ts';
import type { CliContext } from './context.ts';
import { runCli } from './run.ts';
import { toLaunchdPlist, toSystemdUnit } from './service-unit.ts';

const FACTS = { node: '/opt/no de/bin/node', daemonEntry: '/srv/100%/$x/daemon.mjs', env: { AO_DATA_DIR: '/d "q" \\ %h', PATH: '/a:/b' } };

const hasVerify = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('L11 the unit of the daemon', () => {
  it('ends the daemon alone when it is stopped, and does not fight a daemon that is there already', () => {
    const lines = toSystemdUnit(FACTS).split('\n');
    expect(lines).toContain('KillMode=process');
    expect(lines).toContain('RestartPreventExitStatus=3');
    expect(lines).toContain('ExecStart="/opt/no de/bin/node" "--max-semi-space-size=2" "/srv/100%%/$$x/daemon.mjs"');
    expect(lines).toContain('Environment="AO_DATA_DIR=/d \\"q\\" \\\\ %%h"');
  });

  it.runIf(hasVerify)('is one that systemd accepts', async () => {
    await using dir = await makeTempDir();
    const unit = join(dir.path, 'agent-orchestrator.service');
    const facts = { ...FACTS, node: process.execPath, env: { AO_DATA_DIR: join(dir.path, 'a "b" %h') } };
    writeFileSync(unit, toSystemdUnit(facts));
    const verify = (): string => {
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
      return stderr
        .split('\n')
        .filter((line) => line.includes('agent-orchestrator.service'))
        .join('\n');
    };
    expect(verify()).toBe('');
    writeFileSync(unit, toSystemdUnit(facts).replace('KillMode=process', 'KillMode=everything'));
    expect(verify()).toContain('kill mode');
  });

  it('is a property list that leaves the process group alone on macOS', () => {
    const plist = toLaunchdPlist('org.x', { ...FACTS, env: { A: '<&>' } });
    expect(plist).toContain('<key>AbandonProcessGroup</key><true/>');
    expect(plist).toContain('<key>A</key><string>&lt;&amp;&gt;</string>');
  });
});

describe('ao service', () => {
  let dir: TempDir;
  beforeEach(async () => {
    dir = await makeTempDir();
    mkdirSync(join(dir.path, 'bin'));
  });
  afterEach(() => dir[Symbol.asyncDispose]());

  const unitPath = (): string => join(dir.path, '.config', 'systemd', 'user', 'agent-orchestrator.service');
  const asked = (): string => readFileSync(join(dir.path, 'asked'), 'utf8').trim();

  function systemctl(exit: string): void {
    const path = join(dir.path, 'bin', 'systemctl');
    writeFileSync(path, `#!/bin/sh\necho "$@" >> '${join(dir.path, 'asked')}'\n${exit}\n`);
    chmodSync(path, 0o755);
  }

  async function ao(argv: readonly string[], platform: NodeJS.Platform = 'linux') {
    const out: string[] = [];
    const context: CliContext = {
      env: { PATH: `${join(dir.path, 'bin')}:/usr/bin:/bin` },
      cwd: dir.path,
      homedir: dir.path,
      platform,
      daemonEntry: '/srv/ao/daemon.mjs',
      attachEntry: '',
      gatewayEntry: '/nowhere',
      pagesRoot: '/nowhere',
      stdout: 'file',
      findTerminal: () => ({ missing: 'standard input' }),
      untilSignal: () => new Promise(() => undefined),
      readStdin: () => Promise.resolve(''),
      note: () => undefined,
    };
    const code = await runCli([...argv, '--json'], { context, output: { stdout: (text) => void out.push(text), stderr: () => undefined } });
    return { code, json: JSON.parse(out.join('')) as Record<string, unknown> };
  }

  it('shows the unit and writes nothing', async () => {
    const { json } = await ao(['service', 'show']);
    expect(json).toMatchObject({ manager: 'systemd', path: unitPath(), installed: false });
    expect(json['text']).toContain(`Environment="AO_DATA_DIR=${dir.path}/.ao/data"`);
    expect(existsSync(unitPath())).toBe(false);
  });

  it('writes it, enables it, and takes it back; twice is as once', async () => {
    systemctl('exit 0');
    for (let time = 0; time < 2; time += 1) expect((await ao(['service', 'install'])).json).toMatchObject({ enabled: true, why: null });
    expect(statSync(unitPath()).mode & 0o777).toBe(0o600);
    expect(asked().split('\n').slice(0, 2)).toEqual(['--user daemon-reload', '--user enable --now agent-orchestrator.service']);
    expect((await ao(['service', 'uninstall'])).json).toMatchObject({ removed: true });
    expect(asked().split('\n').at(-1)).toBe('--user disable --now agent-orchestrator.service');
    expect(existsSync(unitPath())).toBe(false);
    expect((await ao(['service', 'uninstall'])).json).toMatchObject({ removed: false });
  });

  it('says why where systemd cannot be asked, and leaves the unit for later', async () => {
    systemctl('echo "Failed to connect to bus" >&2; exit 1');
    expect((await ao(['service', 'install'])).json).toMatchObject({ enabled: false, why: 'Failed to connect to bus' });
    expect(readFileSync(unitPath(), 'utf8')).toContain('KillMode=process');
  });

  it('is refused where there is no service manager that we know', async () => {
    const { code, json } = await ao(['service', 'install'], 'win32');
    expect([code, (json['error'] as { code: string }).code]).toEqual([1, 'NOT_IMPLEMENTED']);
  });
});
