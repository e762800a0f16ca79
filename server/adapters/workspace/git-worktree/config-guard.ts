/**
 * Which programs could a repository make our git run, and how each is switched off. Pure. The user's own configuration
 * (system and global scope: identity, git-lfs, credential helpers, ssh command) stays; what counts as hostile is what the
 * repository itself brings: `.git/config`, `config.worktree` and whatever those include.
 *
 * | what could run | when | off by |
 * |---|---|---|
 * | hooks | worktree add, update-ref, fetch | `core.hooksPath=/dev/null` (git.ts); `hook.<name>.*` of newer gits: disabled here |
 * | `core.fsmonitor` | status, add, reset | `core.fsmonitor=false` (git.ts) |
 * | `filter.*.clean/smudge/process` | worktree add, add, status | here: set to the user's own value, else to none |
 * | `merge.*.driver` | putting captured work back | here: set to `false`, a conflict, never a silent wrong merge |
 * | `core.sshCommand`, `credential.*.helper`, `core.askPass`, `core.gitProxy`, `core.alternateRefsCommand` | fetch | here |
 * | `remote.*.uploadpack` | fetch, lazy fetch of a partial clone | cannot be overridden (the first value wins): no protocol is allowed |
 * | `ext::` and `<word>::` URLs, `remote.*.vcs` | fetch | `GIT_ALLOW_PROTOCOL` (git.ts) |
 * | `diff.external`, `diff.*.command/textconv`, pagers, editors, gpg, aliases | diff, log, commit | none of our commands uses them; variables scrubbed |
 */

export type ConfigEntry = { readonly scope: string; readonly key: string; readonly value: string };

export type Guard = {
  /** `GIT_CONFIG_COUNT` and friends: unlike `-c`, safe for a key with `=` in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly remotesAllowed: boolean;
  /** The repository's configuration names further files, there or not. */
  readonly configGoesOn: boolean;
};

export function listConfigArgs(): readonly string[] {
  return ['config', '--list', '-z', '--show-scope'];
}

/** `scope NUL key [LF value] NUL`, as `git config --list -z --show-scope` prints. Section and name come lower-cased. */
export function parseConfigList(text: string): readonly ConfigEntry[] {
  const fields = text.split('\0');
  const entries: ConfigEntry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const scope = fields[at] ?? '';
    const pair = fields[at + 1] ?? '';
    const cut = pair.indexOf('\n');
    // A key without `=` means "true".
    entries.push(cut < 0 ? { scope, key: pair, value: 'true' } : { scope, key: pair.slice(0, cut), value: pair.slice(cut + 1) });
  }
  return entries;
}

const FILTER = /^filter\.(.+)\.(clean|smudge|process|required)$/s;
const MERGE_DRIVER = /^merge\.(.+)\.driver$/s;
const CREDENTIAL_HELPER = /^credential\.(?:.+\.)?helper$/s;
const UPLOAD_PACK = /^remote\.(.+)\.uploadpack$/s;
const INCLUDE = /^include(?:if\..+)?\.path$/s;
const CONFIGURED_HOOK = /^hook\.(.+)\.[a-z]+$/s;
const SINGLE_PROGRAMS = new Map([
  ['core.sshcommand', 'ssh'],
  ['core.askpass', ''],
  ['core.alternaterefscommand', ''],
]);

/** A session without a terminal: an ssh that asks would hang until the limit. Only where the user has no ssh command. */
const QUIET_SSH = 'ssh -oBatchMode=yes -oConnectTimeout=4';

export function deriveGuard(entries: readonly ConfigEntry[], env: Readonly<Record<string, string>>): Guard {
  const trusted = entries.filter((entry) => !isRepositoryScope(entry.scope));
  const brought = entries.filter((entry) => isRepositoryScope(entry.scope));
  const trustedValue = (key: string): string | undefined => trusted.findLast((entry) => entry.key === key)?.value;

  const overrides: [string, string][] = [];
  const guardEnv: Record<string, string> = {};

  for (const key of new Set(brought.map((entry) => entry.key))) {
    if (FILTER.test(key)) overrides.push([key, trustedValue(key) ?? (key.endsWith('.required') ? 'false' : '')]);
    else if (MERGE_DRIVER.test(key)) overrides.push([key, trustedValue(key) ?? 'false']);
    else if (SINGLE_PROGRAMS.has(key)) overrides.push([key, trustedValue(key) ?? SINGLE_PROGRAMS.get(key) ?? '']);
  }
  // A filter with a command taken away would fail if the user's scope still says "required".
  for (const name of new Set(brought.flatMap((entry) => FILTER.exec(entry.key)?.[1] ?? []))) {
    const hasCommand = trusted.some(
      (entry) => FILTER.exec(entry.key)?.[1] === name && !entry.key.endsWith('.required') && entry.value !== '',
    );
    if (!hasCommand) overrides.push([`filter.${name}.required`, 'false']);
  }
  // Helpers are a list and an empty one clears it: cleared, then the user's own again.
  if (brought.some((entry) => CREDENTIAL_HELPER.test(entry.key))) {
    overrides.push(['credential.helper', '']);
    for (const entry of trusted) if (CREDENTIAL_HELPER.test(entry.key)) overrides.push([entry.key, entry.value]);
  }
  for (const name of new Set(entries.flatMap((entry) => CONFIGURED_HOOK.exec(entry.key)?.[1] ?? []))) {
    overrides.push([`hook.${name}.enabled`, 'false']);
  }

  // The first `core.gitProxy` wins, so configuration cannot take it back; the variable can.
  if (brought.some((entry) => entry.key === 'core.gitproxy')) guardEnv['GIT_PROXY_COMMAND'] = '';
  const remotesAllowed = !brought.some((entry) => UPLOAD_PACK.test(entry.key));
  if (!remotesAllowed) guardEnv['GIT_ALLOW_PROTOCOL'] = '';
  const userSsh = env['GIT_SSH_COMMAND'] ?? env['GIT_SSH'] ?? trustedValue('core.sshcommand');
  if (userSsh === undefined) guardEnv['GIT_SSH_COMMAND'] = QUIET_SSH;

  guardEnv['GIT_CONFIG_COUNT'] = String(overrides.length);
  for (const [index, [key, value]] of overrides.entries()) {
    guardEnv[`GIT_CONFIG_KEY_${index}`] = key;
    guardEnv[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return { env: guardEnv, remotesAllowed, configGoesOn: brought.some((entry) => INCLUDE.test(entry.key)) };
}

function isRepositoryScope(scope: string): boolean {
  return scope === 'local' || scope === 'worktree';
}
