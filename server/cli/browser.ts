/** Opens a link in the user's browser, where there is one to be seen. Never waits for it and never fails. */
import { spawn } from 'node:child_process';
import type { Environment } from '../contract/environment.ts';

export type Opened = 'opened' | 'no_display';

/** The link is an argument of its own, never part of a shell's line. */
export function openBrowser(url: string, env: Environment, platform: NodeJS.Platform = process.platform): Opened {
  const command = browserCommand(url, env, platform);
  if (command === null) return 'no_display';
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  // No such program: the link is on the screen all the same.
  child.on('error', () => undefined);
  child.unref();
  return 'opened';
}

export function browserCommand(url: string, env: Environment, platform: NodeJS.Platform): readonly [string, ...string[]] | null {
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  const given = env['BROWSER'];
  if (given !== undefined && /^[\w./+-]+$/.test(given)) return [given, url];
  // Over ssh a display may be somebody else's screen; without one xdg-open would start a browser in this terminal.
  const hasDisplay = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((display) => display !== undefined && display !== '');
  return hasDisplay ? ['xdg-open', url] : null;
}
