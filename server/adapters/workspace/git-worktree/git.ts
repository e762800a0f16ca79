/**
 * Runs git for us, and only for us: no shell, no prompt, a time limit, a scrubbed environment, and no program that a
 * repository could name. Owns how git is called; knows nothing of worktrees.
 */
import type { ProcessRunner, RunResult } from '../../../ports/process-runner.ts';
import { deriveGuard, type Guard, listConfigArgs, parseConfigList } from './config-guard.ts';

/** Enough for anything that only reads refs and config, even on a cold disk. */
export const QUICK_LIMIT_MS = 30_000;
/** Status, capture and removal walk the whole tree. */
export const TREE_LIMIT_MS = 120_000;
/** A checkout of a very large repository, its LFS files included. */
export const CHECKOUT_LIMIT_MS = 600_000;
/** `ls-files` of a very large repository. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export type GitOptions = {
  readonly limitMs?: number;
  readonly input?: string;
  /** On top of the guarded environment, e.g. `GIT_INDEX_FILE`. */
  readonly env?: Readonly<Record<string, string>>;
  /** One-off configuration, `key=value`. */
  readonly config?: readonly string[];
};

/** Git bound to one folder, with everything that folder's own configuration would run switched off. */
export interface GitAt {
  readonly cwd: string;
  /** Values of a configuration key in the order git reads them, whatever their scope. */
  config(key: string): readonly string[];
  /** False where the repository wants a program run on fetch: then no remote is spoken to at all. */
  readonly remotesAllowed: boolean;
  /** Whether the repository's configuration includes files. */
  readonly configGoesOn: boolean;
  /** Never rejects; a failure is an outcome or a code. */
  run(args: readonly string[], options?: GitOptions): Promise<RunResult>;
}

export interface Git {
  /** Reads the configuration in force at `cwd` and binds to it. Rejects with the result's text when git cannot even read it. */
  at(cwd: string): Promise<GitAt>;
}

export type GitDeps = { readonly runner: ProcessRunner; readonly env: Readonly<Record<string, string | undefined>> };

/** Git variables of the user that name the person, the transport or where the configuration is; every other `GIT_*` goes. */
const KEPT_GIT_VARIABLES = new Set([
  'GIT_AUTHOR_EMAIL',
  'GIT_AUTHOR_NAME',
  'GIT_COMMITTER_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_EXEC_PATH',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_NO_VERIFY',
]);

/** Pure: the environment of every git of ours. `GIT_DIR`, `GIT_INDEX_FILE`, `GIT_EXTERNAL_DIFF` and their like never get in. */
export function deriveGitEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (name.startsWith('GIT_') && !KEPT_GIT_VARIABLES.has(name)) continue;
    if (/^(AO_|TMUX|SSH_ASKPASS|LC_|LANGUAGE$)/.test(name)) continue;
    out[name] = value;
  }
  return {
    ...out,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'false',
    GIT_SEQUENCE_EDITOR: 'false',
    // Reading must not write: `status` would otherwise refresh the user's index.
    GIT_OPTIONAL_LOCKS: '0',
    // Over any `protocol.*.allow`: `ext::` and `git-remote-<word>` run programs, `git://` proxies do.
    GIT_ALLOW_PROTOCOL: 'file:http:https:ssh',
  };
}

/** In force for every call, before and whatever the repository says. */
const FIXED_CONFIG = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.pager=cat',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'rerere.enabled=false',
  'commit.gpgSign=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.addEmbeddedRepo=false',
] as const;

export function createGit(deps: GitDeps): Git {
  const baseEnv = deriveGitEnv(deps.env);

  function call(cwd: string, guardEnv: Guard['env'], args: readonly string[], options: GitOptions = {}): Promise<RunResult> {
    const config = [...FIXED_CONFIG, ...(options.config ?? [])].flatMap((entry) => ['-c', entry]);
    return deps.runner.run({
      command: 'git',
      args: [...config, ...args],
      cwd,
      env: { ...baseEnv, ...guardEnv, ...options.env },
      timeoutMs: options.limitMs ?? QUICK_LIMIT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  }

  return {
    async at(cwd) {
      const listed = await call(cwd, {}, listConfigArgs());
      if (listed.outcome !== 'exited' || listed.code !== 0) throw new GitUnusable(listed);
      const entries = parseConfigList(listed.stdout);
      const guard = deriveGuard(entries, baseEnv);
      return {
        cwd,
        remotesAllowed: guard.remotesAllowed,
        configGoesOn: guard.configGoesOn,
        config: (key) => entries.filter((entry) => entry.key === key).map((entry) => entry.value),
        run: (args, options) => call(cwd, guard.env, args, options),
      };
    },
  };
}

/** Git could not be started or cannot read its configuration; narrowed to an AppError where it is known what was wanted. */
export class GitUnusable extends Error {
  override readonly name = 'GitUnusable';
  readonly result: RunResult;

  constructor(result: RunResult) {
    super(explain(result));
    this.result = result;
  }
}

export function succeeded(result: RunResult): boolean {
  return result.outcome === 'exited' && result.code === 0;
}

/** Git's own reason in one line, control characters out. */
export function explain(result: RunResult): string {
  if (result.outcome === 'timed_out') return 'git did not finish in time';
  if (result.outcome === 'not_started') return `git could not be started: ${result.stderr.trim()}`;
  const lines = result.stderr.split('\n').map((line) => line.trim());
  const told = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.findLast((line) => line !== '');
  const clean = (told ?? '').replace(/^(fatal|error):\s*/, '').replace(/[\u0000-\u001f\u007f]+/g, ' ');
  return clean === '' ? `git ended with code ${String(result.code)}` : clean.slice(0, 500);
}
