/**
 * The text of a service that starts the daemon with the machine. Pure. What matters in it is what a stop must not do: end the
 * sessions, which are no children of ours but may be in our control group (systemd) or process group (launchd).
 */

import { DAEMON_NODE_FLAGS } from '../launcher/node-flags.ts';

export type ServiceFacts = {
  readonly node: string;
  readonly daemonEntry: string;
  /** Variables the daemon is started with: where its data are, and a PATH with the agents on it. */
  readonly env: Readonly<Record<string, string>>;
};

/** Another daemon has the data directory: trying again would not help. */
const EXIT_HELD = 3;

/** See systemd.service(5), systemd.kill(5). */
export function toSystemdUnit({ node, daemonEntry, env }: ServiceFacts): string {
  const variables = Object.entries(env).map(([name, value]) => `Environment=${quoteForSystemd(`${name}=${value}`)}`);
  return [
    '[Unit]',
    'Description=Agent Orchestrator: the daemon',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${[node, ...DAEMON_NODE_FLAGS, daemonEntry].map((word) => quoteForSystemd(word, 'command')).join(' ')}`,
    ...variables,
    '# A stop ends the daemon alone: the sessions outlive it.',
    'KillMode=process',
    'TimeoutStopSec=30',
    'Restart=on-failure',
    'RestartSec=2',
    `RestartPreventExitStatus=${EXIT_HELD}`,
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
}

/** See launchd.plist(5). */
export function toLaunchdPlist(label: string, { node, daemonEntry, env }: ServiceFacts): string {
  const text = (value: string): string => `<string>${escapeXml(value)}</string>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    `  <key>Label</key>${text(label)}`,
    `  <key>ProgramArguments</key><array>${[node, ...DAEMON_NODE_FLAGS, daemonEntry].map(text).join('')}</array>`,
    '  <key>EnvironmentVariables</key>',
    '  <dict>',
    ...Object.entries(env).map(([name, value]) => `    <key>${escapeXml(name)}</key>${text(value)}`),
    '  </dict>',
    '  <key>RunAtLoad</key><true/>',
    '  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
    '  <!-- A stop ends the daemon alone: the sessions outlive it. -->',
    '  <key>AbandonProcessGroup</key><true/>',
    '  <key>ProcessType</key><string>Interactive</string>',
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

/** `%` begins a specifier everywhere, `$` a variable in a command only. */
function quoteForSystemd(value: string, where: 'command' | 'variable' = 'variable'): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
  return `"${where === 'command' ? escaped.replaceAll('$', '$$$$') : escaped}"`;
}

function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
