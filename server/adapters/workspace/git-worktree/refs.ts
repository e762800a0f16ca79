/** Several refs by one question to git. Writes nothing. */
import { explain, type GitAt, succeeded } from './git.ts';
import { worktreeFailed } from './worktree.ts';

/** Full name to what it names. */
export type Refs = ReadonlyMap<string, string>;

/** Of all that match one of the patterns, which are names, folders or globs. */
export async function readRefs(git: GitAt, patterns: readonly string[]): Promise<Refs> {
  // Without one, git would list them all.
  if (patterns.length === 0) return new Map();
  const listed = await git.run(['for-each-ref', '--format=%(objectname) %(refname)', ...patterns]);
  if (!succeeded(listed)) throw worktreeFailed(`Reading the branches of ${git.cwd}`, explain(listed));
  const lines = listed.stdout.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
}
