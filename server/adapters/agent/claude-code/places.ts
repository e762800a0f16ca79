/** Where Claude Code keeps its things, by the session's environment (read from version 2.1.197). */
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

type Env = Readonly<Record<string, string>>;

/** `null` where the environment names no home: then nothing is known and nothing written. */
export function configDirOf(env: Env): string | null {
  const own = env['CLAUDE_CONFIG_DIR'];
  if (own !== undefined && own !== '') return isAbsolute(own) ? own.normalize('NFC') : null;
  const home = env['HOME'];
  return home !== undefined && isAbsolute(home) ? join(home, '.claude') : null;
}

/** The file with the trust flags: beside the config dir by default, inside it where `CLAUDE_CONFIG_DIR` is set. */
export function configFileOf(env: Env): string | null {
  const dir = configDirOf(env);
  if (dir === null) return null;
  const legacy = join(dir, '.config.json');
  if (existsSync(legacy)) return legacy;
  return join((env['CLAUDE_CONFIG_DIR'] ?? '') === '' ? join(dir, '..') : dir, '.claude.json');
}
