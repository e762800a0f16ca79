/** What our tmux server, its clients and the pty hosts are started with. Pure: no session's secret, nothing of the caller's `TMUX`. */

const TAKEN_OVER = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TZ', 'TMPDIR', 'XDG_RUNTIME_DIR'] as const;

export function toHostEnvironment(env: Readonly<Record<string, string | undefined>>, dataDir: string): Readonly<Record<string, string>> {
  const result: Record<string, string> = { AO_DATA_DIR: dataDir, LANG: utf8Locale(env['LANG']) };
  for (const name of TAKEN_OVER) {
    const value = env[name];
    if (value !== undefined && value !== '') result[name] = value;
  }
  result['PATH'] ??= '/usr/local/bin:/usr/bin:/bin';
  return result;
}

/** Under a locale without UTF-8 tmux would replace every other character by `_`. */
function utf8Locale(lang: string | undefined): string {
  return lang !== undefined && /utf-?8$/i.test(lang) ? lang : 'C.UTF-8';
}
