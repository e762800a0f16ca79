/** The machine, as far as it matters for numbers: no name of it, no path. */
import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import config from '../../playwright.config.ts';
import type { Machine } from './report.ts';

function versionOf(command: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'not there';
}

export function describeMachine(): Machine {
  return {
    cores: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    kernel: `${type()} ${release()}`,
    node: process.version,
    tmux: versionOf('tmux', ['-V']).replace('tmux ', ''),
    chromium:
      versionOf(config.use?.launchOptions?.executablePath ?? 'chromium', ['--version'])
        .replace(/^Chromium /, '')
        .split(' ')[0] ?? '',
    peers: PEERS,
  };
}

/** What is to be had of them where this was written; a run compares with what it can run. */
const PEERS = `a bare pty over socket.io, \`tmux attach\`; ttyd ${versionOf('ttyd', ['--version']).replace('ttyd version ', '')}`;
