/** `ao service install|uninstall|show`: the daemon started with the machine, by systemd or launchd. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { sightDaemon } from '../../launcher/sighting.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { type ServiceFacts, toLaunchdPlist, toSystemdUnit } from '../service-unit.ts';

const UNIT = 'agent-orchestrator.service';
const LABEL = 'org.agent-orchestrator.daemon';
const MANAGER_LIMIT_MS = 20_000;

type Manager = {
  readonly name: 'systemd' | 'launchd';
  readonly path: string;
  readonly text: string;
  /** Beside a daemon that runs already the service would only be refused. */
  readonly enableLater: readonly (readonly [string, ...string[]])[];
  readonly enable: readonly (readonly [string, ...string[]])[];
  readonly disable: readonly (readonly [string, ...string[]])[];
  readonly hint: string;
};

export function showService(context: CliContext): VerbResult {
  const { name, path, text } = managerOf(context);
  return { value: { manager: name, path, text, installed: existsSync(path) }, text };
}

export async function installService(context: CliContext): Promise<VerbResult> {
  const manager = managerOf(context);
  const before = existsSync(manager.path) ? readFileSync(manager.path, 'utf8') : null;
  if (before !== manager.text) {
    mkdirSync(dirname(manager.path), { recursive: true });
    writeFileSync(manager.path, manager.text, { mode: 0o600 });
  }
  const running = (await sightDaemon(locate(context).runFile)).state !== 'stopped';
  const failed = await runAll(running ? manager.enableLater : manager.enable, context);
  const value = { manager: manager.name, path: manager.path, enabled: failed === null, why: failed };
  if (failed === null)
    return {
      value,
      text: [
        `Installed ${manager.path}.`,
        running ? 'The daemon that runs goes on; the service starts one with your next login.' : 'The service has started the daemon.',
        manager.hint,
        'Take it back: ao service uninstall',
      ].join('\n'),
    };
  const commands = manager.enable.map((command) => `  ${command.join(' ')}`).join('\n');
  return {
    value,
    text: `Wrote ${manager.path}, but ${manager.name} could not be asked from here (${failed}).\nWhere it runs, type:\n${commands}`,
  };
}

export async function uninstallService(context: CliContext): Promise<VerbResult> {
  const { name, path, disable } = managerOf(context);
  const there = existsSync(path);
  const failed = there ? await runAll(disable, context) : null;
  rmSync(path, { force: true });
  const note = failed === null ? '' : ` (${name} could not be asked: ${failed})`;
  return {
    value: { manager: name, path, removed: there },
    text: there ? `Removed ${path}${note}. Sessions live on.` : `There is no ${path}; nothing to do.`,
  };
}

function managerOf(context: CliContext): Manager {
  const { dataDir, runFile } = locate(context);
  const { env, homedir, platform } = context;
  const path = env['PATH'];
  const facts: ServiceFacts = {
    node: process.execPath,
    daemonEntry: context.daemonEntry,
    env: { AO_DATA_DIR: dataDir, AO_RUN_FILE: runFile, ...(path === undefined ? {} : { PATH: path }) },
  };
  if (platform === 'linux') {
    const file = join(env['XDG_CONFIG_HOME'] ?? join(homedir, '.config'), 'systemd', 'user', UNIT);
    return {
      name: 'systemd',
      path: file,
      text: toSystemdUnit(facts),
      enableLater: [
        ['systemctl', '--user', 'daemon-reload'],
        ['systemctl', '--user', 'enable', UNIT],
      ],
      enable: [
        ['systemctl', '--user', 'daemon-reload'],
        ['systemctl', '--user', 'enable', '--now', UNIT],
      ],
      disable: [['systemctl', '--user', 'disable', '--now', UNIT]],
      hint: 'To have it started before you log in: loginctl enable-linger',
    };
  }
  if (platform === 'darwin') {
    const file = join(homedir, 'Library', 'LaunchAgents', `${LABEL}.plist`);
    return {
      name: 'launchd',
      path: file,
      text: toLaunchdPlist(LABEL, facts),
      // RunAtLoad: it is loaded at the next login by itself.
      enableLater: [],
      enable: [['launchctl', 'load', '-w', file]],
      disable: [['launchctl', 'unload', '-w', file]],
      hint: 'launchd starts it when you log in.',
    };
  }
  throw new AppError({
    code: 'NOT_IMPLEMENTED',
    message: `There is no service manager that this version knows on ${platform}.`,
    hint: 'Have `ao start` run at login.',
  });
}

/** `null`, or why the first one that failed did. */
async function runAll(commands: Manager['enable'], context: CliContext): Promise<string | null> {
  for (const [command, ...args] of commands) {
    const failed = await run(command, args, context);
    if (failed !== null) return failed;
  }
  return null;
}

function run(command: string, args: readonly string[], { env }: CliContext): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...env }, stdio: ['ignore', 'ignore', 'pipe'], timeout: MANAGER_LIMIT_MS });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? null : (stderr.trim().split('\n')[0] ?? `${command} ended with ${code}`)));
  });
}
