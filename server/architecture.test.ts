/**
 * The architecture as ratchets: each may only be tightened, and says what to do instead. Layers, cycles and packages are
 * checked once more by dependency-cruiser (`npm run layers`), from the same table.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_POINTS } from './core/fault-points.ts';
import { PORTS } from './testing/architecture/effect-table.ts';
import { findEffects } from './testing/architecture/effects.ts';
import { findLayerOffences, layersOf } from './testing/architecture/layers.ts';
import type { Offence, SourceFile } from './testing/architecture/tree.ts';
import { isProduct, isTest, linesMatching, ROOT, readTree, toSourceFile } from './testing/architecture/tree.ts';

type Ban = {
  readonly rule: string;
  readonly in: (file: SourceFile) => boolean;
  readonly pattern: RegExp;
  readonly instead: string;
};

const under =
  (...folders: readonly string[]) =>
  (file: SourceFile): boolean =>
    isProduct(file) && folders.some((folder) => file.path.startsWith(folder));
const productBut =
  (...paths: readonly string[]) =>
  (file: SourceFile): boolean =>
    isProduct(file) && !paths.includes(file.path);

const BANS: readonly Ban[] = [
  {
    rule: 'only a process entry ends the process',
    in: productBut('server/main.ts', 'server/cli/main.ts', 'server/hook-client/main.ts', 'server/pty-host/main.ts'),
    pattern: /\bprocess\.(exit|abort|reallyExit)\b/,
    instead: 'Throw an AppError, or return the exit code to server/main.ts or server/cli/main.ts, which alone end the process.',
  },
  {
    rule: 'core knows no time, no timers, no process, no randomness',
    in: under('server/core/'),
    pattern:
      /\bnew Date\b|\bDate[.(]|:\s*Date\b|\b(setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\(|\b(performance|process|console)\.\w|\bMath\.random\b|\bglobalThis\b/,
    instead: 'Take `nowMs` or whatever you need as an argument; the caller in server/services has a Clock.',
  },
  {
    rule: 'services take time from the Clock port',
    in: under('server/services/'),
    pattern: /\bDate\.now\b|\bnew Date\(\)|\b(setTimeout|setInterval|setImmediate|performance)\b|\bprocess\.|\bMath\.random\b|\bconsole\./,
    instead: 'Use `deps.clock` (nowMs, monotonicMs, after, sleep), `deps.secrets` or `deps.log`, so that a test need not wait or guess.',
  },
  {
    rule: 'shutdown cannot end a session (I1)',
    in: (file) => file.path === 'server/daemon/shutdown.ts',
    pattern: /\b([dD]estroy|[kK]ill|[tT]erminat|[rR]evoke|[pP]ark)\w*|\bRuntime(?!Connection\b)\w*|adapters\/runtime|services\/sessions/,
    instead:
      'Shutdown is handed RuntimeConnection (close) and nothing that could end, stash or relabel a session. Do it while the daemon runs, or not at all.',
  },
  {
    rule: 'who owns the daemon is read by its entry only',
    in: (file) => isProduct(file) && !/^server\/(daemon\/config\.ts|main\.ts|launcher\/)/.test(file.path),
    pattern: /\bAO_OWNER\b/,
    instead: 'Take `owner` from the Config that server/daemon/config.ts made.',
  },
  {
    rule: 'the launcher sets AO_OWNER for the daemon and never reads it',
    in: under('server/launcher/'),
    pattern: /env(\.AO_OWNER|\[['"]AO_OWNER['"]\])(?!\s*=[^=])/,
    instead: '`ao start` overrides AO_OWNER with headless; what owner a running daemon has stands in its run file.',
  },
  {
    rule: 'fault points are armed in one place',
    in: productBut('server/daemon/config.ts', 'server/main.ts'),
    pattern: /\bAO_FAULT\b/,
    instead: 'Take `fault` from the Config, and call `deps.faults.passed(point)`: whether that does anything is decided at the entry.',
  },
  {
    rule: 'whether fault points were compiled in is asked in one place',
    in: productBut('server/daemon/installation.ts'),
    pattern: /\b__AO_FAULTS__\b/,
    instead: 'Take `faults` from the Installation that server/daemon/installation.ts found.',
  },
  {
    rule: 'tests mock no modules',
    in: (file) => isTest(file) && file.path !== 'server/architecture.test.ts',
    pattern: /\bvi\.(mock|doMock|hoisted|importActual)\(/,
    instead: 'Hand in a fake of our own port from server/testing/fakes, or the real thing in a *.int.test.ts.',
  },
  {
    rule: 'tests do not sleep',
    in: (file) => isTest(file) && file.path !== 'server/architecture.test.ts',
    pattern: /new Promise\b.*\bsetTimeout\(|['"](node:)?timers\/promises['"]|\bawait (sleep|delay)\(/,
    instead: 'Await the event, poll with `eventually()` of server/testing/resources.ts, or turn the fake clock.',
  },
  {
    rule: 'nothing is exported as default',
    in: (file) => isProduct(file) || isTest(file),
    pattern: /^export default\b|\bas default[ ,}]/,
    instead: 'Export it by its name: `export function createX`.',
  },
  {
    rule: 'there are no barrels and no re-exports',
    in: () => true,
    pattern: /^export (type )?(\*|\{[^}]*\}) .*\bfrom\b/,
    instead: 'Import from the file that defines it; the folder names are the index.',
  },
  {
    rule: 'no path of somebody’s machine is written down',
    in: () => true,
    pattern: /(?<![\w.~-])\/(work|root|Users)\/\w/,
    instead: 'Derive it: os.tmpdir(), os.homedir(), import.meta.url, or the configuration.',
  },
];

/** Hand-made tables may be long; nothing else. Never add a file with behaviour. */
const LONG_FILES: readonly string[] = [];
const MAX_LINES = 400;

const files = readTree();

function expectNone(offences: readonly Offence[], instead: string): void {
  if (offences.length === 0) return;
  throw new Error(`${offences.map((offence) => `\n  ${offence}`).join('')}\n  instead: ${instead}`);
}

const findOffences = (ban: Ban, among: readonly SourceFile[]): readonly Offence[] =>
  among.filter(ban.in).flatMap((file) => linesMatching(file, ban.pattern));

describe('architecture', () => {
  it('is looked at where it is', () => {
    expect(files.filter(isProduct).length).toBeGreaterThan(40);
    expect(files.some((file) => file.path === 'server/core/fault-points.ts')).toBe(true);
  });

  it.each(BANS.map((ban) => [ban.rule, ban] as const))('%s', (_rule, ban) => {
    expectNone(findOffences(ban, files), ban.instead);
  });

  it('imports along the table of layers only', () => {
    expectNone(findLayerOffences(files), 'see the advice at each; the table is server/testing/architecture/layers.json');
  });

  it('has every product file in exactly one layer', () => {
    const homeless = files.filter(isProduct).filter(({ path }) => layersOf(path).length !== 1);
    expectNone(
      homeless.map(({ path }) => `${path} is in ${layersOf(path).length} layers`),
      'Put it into a folder of STYLE’s house, or add the new folder to server/testing/architecture/layers.json with what it may import.',
    );
  });

  it('has no file that is too long to read', () => {
    const long = files.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
    expectNone(
      long
        .filter(({ path, lines }) => lines > MAX_LINES && !LONG_FILES.includes(path))
        .map(({ path, lines }) => `${path} has ${lines} lines`),
      `Split it by what it decides and what it does; ${MAX_LINES} lines is the limit, 100 the aim.`,
    );
  });

  it('names files by what they own', () => {
    const vague = /^(utils?|helpers?|common|misc|shared|index|types|constants)\.(ts|mjs)$/;
    expectNone(
      files.filter(({ path }) => vague.test(basename(path))).map(({ path }) => path),
      'Name the file after the thing it owns or the one question it answers.',
    );
  });

  it('is locked to no registry', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    expectNone(
      /"resolved": "https?:/.test(lock) ? ['package-lock.json has download addresses'] : [],
      'Write the lock file with `npm install --omit-lockfile-registry-resolved`, then run scripts/complete-lock.mjs.',
    );
  });
});

describe('fault points', () => {
  const acting = files.filter(under('server/services/sessions/', 'server/services/reconcile/', 'server/services/delivery/'));
  const found = findEffects(acting);
  const trials = files.filter((file) => isTest(file) && /^server\/(stories|services)\/|\.int\.test\.ts$/.test(file.path));

  it('come between any two effects: after each one its point, before the next', () => {
    expect(found.effects.length).toBeGreaterThan(50);
    expectNone(
      found.offences,
      'Add a name to FAULT_POINTS and call `faults.passed(name)` right after the effect, before anything else happens.',
    );
  });

  it('are those that the code passes, each in exactly one place', () => {
    const passed = files
      .filter((file) => isProduct(file) && file.path !== 'server/core/fault-points.ts')
      .flatMap(({ code }) =>
        [...code.matchAll(/\b(?:(?:passed|step)\(\s*|(?:fenced|ended): )'([a-z.-]+)'/g)].map(([, point]) => point ?? ''),
      );
    expect(passed.toSorted((a, b) => a.localeCompare(b))).toEqual(FAULT_POINTS.toSorted((a, b) => a.localeCompare(b)));
  });

  it('know of every method of the ports whether it is an effect', () => {
    const undecided = PORTS.flatMap(({ file, interfaces }) => {
      const text = files.find(({ path }) => path === file)?.code ?? '';
      return Object.entries(interfaces).flatMap(([name, { effects, harmless }]) => {
        const body = new RegExp(`export (?:interface ${name} |type ${name} = )\\{([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? '';
        const methods = [...body.matchAll(/^ {2}(?:readonly )?(\w+)(?:\(|: \()/gm)].map(([, method]) => method ?? '');
        const decided = [...effects, ...harmless];
        return [
          ...(methods.length === 0 ? [`${file} has no ${name}`] : []),
          ...methods.filter((method) => !decided.includes(method)).map((method) => `${name}.${method} is new`),
          ...decided.filter((method) => !methods.includes(method)).map((method) => `${name}.${method} is gone`),
        ];
      });
    });
    expectNone(undecided, 'Put it under `effects` or `harmless` in server/testing/architecture/effect-table.ts.');
  });

  it('are each named by a test that dies there (L1)', () => {
    const stories = trials.filter(({ path }) => path.startsWith('server/stories/'));
    const families = new Set(stories.flatMap(({ code }) => [...code.matchAll(/pointsOf\('([a-z.]+)'\)/g)].map(([, family]) => family)));
    expectNone(
      FAULT_POINTS.filter((point) => !families.has(point.split('.')[0]) && !trials.some(({ code }) => code.includes(`'${point}'`))),
      'Add it to a crash story in server/stories: kill -9 there, start again, fully live or no residue.',
    );
  });

  const offencesOf = (body: string): readonly string[] =>
    findEffects([{ path: 'server/services/a.ts', text: `export function createA({ store, runtime, faults }) {\n${body}\n}` }]).offences;

  it.each([
    ['two effects in a row', 'return { async go() { await runtime.revoke(1); await runtime.destroy(1); faults.passed("p"); } };'],
    ['a last effect without one', 'return { async go() { await runtime.revoke(1); } };'],
    ['one way of an if', 'return { async go(a) { if (a) await runtime.revoke(1); await runtime.destroy(1); faults.passed("p"); } };'],
    ['a loop', 'return { async go(all) { for (const a of all) await runtime.revoke(a); faults.passed("p"); } };'],
    [
      'a function that ends with one',
      'const end = async () => { await runtime.revoke(1); };\nreturn { async go() { await end(); store.sessions.update(1); faults.passed("p"); } };',
    ],
    ['a throw', 'return { async go() { await runtime.revoke(1); throw new Error(); } };'],
    ['a callback', 'return { go: async () => await locks.run(1, async () => { await runtime.revoke(1); }) };'],
  ])('are missed in %s', (_what, body) => {
    expect(offencesOf(body)).not.toEqual([]);
  });

  it.each([
    [
      'a point after each',
      'return { async go() { await runtime.revoke(1); faults.passed("p"); await runtime.destroy(1); faults.passed("q"); } };',
    ],
    [
      'a point at the caller',
      'const end = async () => { await runtime.revoke(1); };\nreturn { async go() { await end(); faults.passed("p"); } };',
    ],
    ['one of two ways', 'return { async go(a) { if (a) await runtime.revoke(1); else await runtime.destroy(1); faults.passed("p"); } };'],
    ['a look', 'return { async go() { await runtime.probe(1); store.sessions.get(1); } };'],
  ])('are not missed in %s', (_what, body) => {
    expect(offencesOf(body)).toEqual([]);
  });
});

describe('the ratchets themselves', () => {
  const offenceOf = (rule: string, path: string, text: string): readonly Offence[] => {
    const ban = BANS.find((candidate) => candidate.rule.startsWith(rule));
    if (ban === undefined) throw new Error(`no such rule: ${rule}`);
    return findOffences(ban, [toSourceFile(path, text)]);
  };

  it.each([
    ['only a process entry', 'server/services/a.ts', 'process.exit(1);'],
    ['core knows no time', 'server/core/a.ts', 'const now = Date.now();'],
    ['services take time', 'server/services/a.ts', 'setTimeout(fn, 5);'],
    ['shutdown cannot', 'server/daemon/shutdown.ts', "import type { RuntimeDestroyer } from '../ports/runtime.ts';"],
    ['shutdown cannot', 'server/daemon/shutdown.ts', 'await runtime.destroy(handle);'],
    ['shutdown cannot', 'server/daemon/shutdown.ts', 'process.kill(pid);'],
    ['who owns', 'server/services/a.ts', "const owner = env['AO_OWNER'];"],
    ['the launcher sets', 'server/launcher/a.ts', 'const owner = process.env.AO_OWNER;'],
    ['fault points are armed', 'server/services/a.ts', "if (env['AO_FAULT']) die();"],
    ['tests mock no', 'server/core/a.test.ts', "vi.mock('node:fs');"],
    ['tests do not sleep', 'server/core/a.test.ts', 'await new Promise((resolve) => setTimeout(resolve, 50));'],
    ['nothing is exported', 'server/core/a.ts', 'export default 1;'],
    ['there are no barrels', 'server/core/a.ts', "export * from './b.ts';"],
    ['no path of somebody', 'server/core/a.ts', `const home = '/${'root'}/x';`],
  ])('sees an offence against "%s" in %s', (rule, path, text) => {
    expect(offenceOf(rule, path, text)).toHaveLength(1);
  });

  it.each([
    ['core knows no time', 'server/core/a.ts', '/** Never calls Date.now(). */'],
    ['shutdown cannot', 'server/daemon/shutdown.ts', "import type { RuntimeConnection } from '../ports/runtime.ts';"],
    ['the launcher sets', 'server/launcher/a.ts', "const env = { ...process.env, AO_OWNER: 'headless' };"],
    ['services take time', 'server/services/a.ts', 'const at = new Date(nowMs).toISOString();'],
  ])('leaves alone what "%s" does not mean', (rule, path, text) => {
    expect(offenceOf(rule, path, text)).toHaveLength(0);
  });

  it.each([
    ['server/core/a.ts', "import { readFile } from 'node:fs';", 1],
    ['server/core/a.ts', "import type { Clock } from '../ports/clock.ts';", 1],
    ['server/ports/a.ts', "import type { SessionId } from '../core/ids.ts';", 0],
    ['server/ports/a.ts', "import { toSessionId } from '../core/ids.ts';", 1],
    ['server/services/a.ts', "import { x } from '../adapters/log/x.ts';", 1],
    ['server/adapters/runtime/tmux/a.ts', "import { x } from '../../workspace/git-worktree/x.ts';", 1],
    ['server/adapters/runtime/tmux/a.ts', "import { x } from '../../../ports/runtime.ts';", 0],
    ['server/adapters/store/sqlite/a.ts', "import Database from 'better-sqlite3';", 0],
    ['server/adapters/runtime/tmux/a.ts', "import Database from 'better-sqlite3';", 1],
    ['server/cli/a.ts', "import type { AppRouter } from '../transport/rpc/router.ts';", 0],
    ['server/cli/a.ts', "import { appRouter } from '../transport/rpc/router.ts';", 1],
    ['server/daemon/a.ts', "const { x } = await import('../testing/fakes/clock.ts');", 1],
  ])('judges in %s: %s', (path, text, offences) => {
    expect(findLayerOffences([toSourceFile(path, text)])).toHaveLength(offences);
  });
});
