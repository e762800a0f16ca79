/**
 * All that Windows wants otherwise of a pty host, in one place: where it listens, how it is started, what its environment needs, and
 * what its pseudoterminal gives. Each is a function of the platform, so that it is tested where there is no Windows. None of it has
 * been run there (README).
 */
export type Platform = NodeJS.Platform;

const PIPES = '\\\\.\\pipe\\';

/** A pipe has no file to remove, and no folder that keeps others out: there the token alone does. */
export function isNamedPipe(path: string): boolean {
  return path.startsWith(PIPES);
}

/** `id`: of this host and no other. */
export function toPipePath(id: string): string {
  return `${PIPES}ao-${id}`;
}

/** Without these a program does not start on Windows, or not find its own files. */
const WINDOWS_VARIABLES = [
  'APPDATA',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'PATHEXT',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
];

/** Names are as they are written there, in any case. */
export function pickWindowsVariables(
  platform: Platform,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (platform !== 'win32') return {};
  const picked = Object.entries(env).filter(([name, value]) => value !== undefined && WINDOWS_VARIABLES.includes(name.toUpperCase()));
  return Object.fromEntries(picked) as Record<string, string>;
}

/** node-pty decodes on Windows whatever it is told, and has no descriptor to write to. */
export type PtyTraits = { readonly output: 'bytes' | 'text'; readonly input: 'descriptor' | 'node-pty' };

export function ptyTraits(platform: Platform): PtyTraits {
  return platform === 'win32' ? { output: 'text', input: 'node-pty' } : { output: 'bytes', input: 'descriptor' };
}

/** Where a program may be, in the order in which they are tried. */
export function candidatesOf(platform: Platform, program: string, env: Readonly<Record<string, string>>): readonly string[] {
  const windows = platform === 'win32';
  const find = (name: string): string => Object.entries(env).find(([key]) => (windows ? key.toUpperCase() : key) === name)?.[1] ?? '';
  const endings = windows && !/\.[a-z0-9]+$/i.test(program) ? (find('PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';') : [''];
  const withEndings = (path: string): readonly string[] => endings.map((ending) => path + ending);
  if ((windows ? /[\\/]/ : /\//).test(program)) return withEndings(program);
  const folders = find('PATH').split(windows ? ';' : ':');
  const separator = windows ? '\\' : '/';
  return folders.flatMap((folder) => withEndings(folder === '' ? program : `${folder}${separator}${program}`));
}

/** The call by which a host that was SIGUSR2ed listens anew; there are no such signals on Windows, and a pipe is not unlinked. */
export function recallSignal(platform: Platform): NodeJS.Signals | null {
  return platform === 'win32' ? null : 'SIGUSR2';
}
