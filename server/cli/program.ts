/**
 * The commands, their arguments and options, to the letter of SPEC §9. Each verb is loaded when it is called: `ao version`
 * costs no client.
 */
import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PRODUCT_VERSION } from '../contract/version.ts';
import { DEFAULT_DETACH_KEYS, parseDetachKeys } from './attach/detach-keys.ts';
import type { CliContext, VerbResult } from './context.ts';
import type { AttachOptions } from './verbs/attach.ts';
import type { EnsureOptions } from './verbs/orchestrator.ts';
import type { ProjectOptions } from './verbs/project.ts';
import type { ExportOptions } from './verbs/record.ts';
import type { SpawnOptions } from './verbs/spawn.ts';
import type { UpOptions } from './verbs/up.ts';

export type Run = (verb: (context: CliContext) => VerbResult | Promise<VerbResult>) => Promise<void>;

/** `run` carries a verb out and prints its result. */
export function createProgram(run: Run): Command {
  const program = new Command('ao')
    .description('Agents that outlive everything that watches them.')
    .version(PRODUCT_VERSION)
    .helpCommand(true)
    .option('--json', 'print one JSON value');
  addDashboardCommands(program, run);
  addDaemonCommands(program, run);
  addProjectCommands(program, run);
  addSessionCommands(program, run);
  verb(program, 'version')
    .description('the version of this command')
    .action(() => run(async () => (await import('./verbs/version.ts')).version()));
  return program;
}

function verb(parent: Command, usage: string): Command {
  return parent.command(usage).option('--json', 'print one JSON value');
}

function addDashboardCommands(program: Command, run: Run): void {
  verb(program, 'up')
    .description('serve the dashboard from this terminal; Ctrl-C ends it, sessions live on')
    .option('--port <n>', 'default: AO_UI_PORT, or 3000', parsePort)
    .option('--no-open', 'do not open a browser')
    .addOption(new Option('--reuse', 'use the one that this installation serves on that port already').hideHelp())
    .addOption(new Option('--dev', 'with the pages rebuilt as they are edited').hideHelp())
    .action((options: UpOptions) => run(async (context) => (await import('./verbs/up.ts')).up(context, options)));
  verb(program, 'pair')
    .description('a link that lets one more browser in, once, within ten minutes')
    .action(() => run(async (context) => (await import('./verbs/pair.ts')).pair(context)));
  const devices = verb(program, 'devices')
    .description('browsers that are let in')
    .action(() => run(async (context) => (await import('./verbs/devices.ts')).listDevices(context)));
  verb(devices, 'revoke <id>')
    .description('shut a browser out')
    .action((id: string) => run(async (context) => (await import('./verbs/devices.ts')).revokeDevice(context, id)));
}

function addDaemonCommands(program: Command, run: Run): void {
  verb(program, 'start')
    .description('start the daemon; it outlives this terminal')
    .action(() => run(async (context) => (await import('./verbs/start.ts')).start(context)));
  verb(program, 'stop')
    .description('stop the daemon; sessions live on')
    .option('--force', 'kill it if it does not answer')
    .action(({ force = false }: { force?: boolean }) => run(async (context) => (await import('./verbs/stop.ts')).stop(context, { force })));
  verb(program, 'status')
    .description('where the daemon is and who holds it')
    .action(() => run(async (context) => (await import('./verbs/status.ts')).status(context)));
  verb(program, 'doctor')
    .description('what is wrong, what is left over, and the command for each')
    .option('--reap <handle>', 'end a runtime that belongs to no session')
    .action(({ reap }: { reap?: string }) => run(async (context) => (await import('./verbs/doctor.ts')).doctor(context, { reap })));
  const service = program.command('service').description('have the daemon started with the machine');
  verb(service, 'install')
    .description('write the unit for systemd or launchd and enable it; its stop leaves the sessions alone')
    .action(() => run(async (context) => (await import('./verbs/service.ts')).installService(context)));
  verb(service, 'uninstall')
    .description('take it back')
    .action(() => run(async (context) => (await import('./verbs/service.ts')).uninstallService(context)));
  verb(service, 'show')
    .description('print the unit, write nothing')
    .action(() => run(async (context) => (await import('./verbs/service.ts')).showService(context)));
  verb(program, 'restore-backup [name]')
    .description('put a copy of the database back that was made before an upgrade; without a name: list them')
    .action((name?: string) => run(async (context) => (await import('./verbs/restore-backup.ts')).restoreBackup(context, name)));
}

function addProjectCommands(program: Command, run: Run): void {
  const project = program.command('project').description('repositories that sessions work on');
  withSettings(verb(project, 'add').description('add a git repository'))
    .requiredOption('--path <path>', 'the repository')
    .option('--id <id>', 'default: after the folder')
    .action((options: ProjectOptions & { path: string; id?: string }) =>
      run(async (context) => (await import('./verbs/project.ts')).addProject(context, options)),
    );
  verb(project, 'ls')
    .description('list projects')
    .action(() => run(async (context) => (await import('./verbs/project.ts')).listProjects(context)));
  verb(project, 'get <id>')
    .description('show a project')
    .action((id: string) => run(async (context) => (await import('./verbs/project.ts')).getProject(context, id)));
  withSettings(
    verb(project, 'set <id>').description('change settings; a repeated option replaces the whole list, one empty value clears it'),
  ).action((id: string, options: ProjectOptions) =>
    run(async (context) => (await import('./verbs/project.ts')).setProject(context, id, options)),
  );
  verb(project, 'rm <id>')
    .description('forget a project; the repository stays')
    .action((id: string) => run(async (context) => (await import('./verbs/project.ts')).removeProject(context, id)));
}

function withSettings(command: Command): Command {
  return command
    .option('--name <name>', 'shown name')
    .option('--base <branch>', 'what branches start from')
    .option('--agent <agent>', "the workers' agent")
    .option('--orchestrator-agent <agent>', "the orchestrator's agent")
    .option('--orchestrator-command <command>', 'its command, for the agent "custom"')
    .option('--env <NAME=value>', "a variable in the sessions' environment; repeat for more", collectEnv)
    .option('--symlink <path>', 'a path of the repository to link into each worktree; repeat for more', collect)
    .option('--post-create <command>', 'run in each new worktree; repeat for more', collect)
    .option('--disposable <pattern>', 'ignored files that may go with a worktree; repeat for more', collect)
    .addOption(new Option('--record <switch>', 'keep what its sessions print, to replay and search').choices(['on', 'off']));
}

function addSessionCommands(program: Command, run: Run): void {
  verb(program, 'spawn')
    .description('start a worker in a worktree of its own')
    .requiredOption('--project <id>', 'the project')
    .option('--agent <agent>', "default: the project's")
    .option('--prompt <text>', 'what to do; - reads standard input')
    .option('--title <title>', 'shown title')
    .option('--branch <branch>', 'default: ao/<session>')
    .option('--command <command>', 'for the agent "custom"')
    .action((options: SpawnOptions) => run(async (context) => (await import('./verbs/spawn.ts')).spawn(context, options)));
  const orchestrator = program.command('orchestrator').description('the session that plans and delegates');
  verb(orchestrator, 'ensure')
    .description('the orchestrator of a project: the one there is, or a new one')
    .requiredOption('--project <id>', 'the project')
    .option('--clean', 'replace it by a fresh one', false)
    .option('--agent <agent>', 'for a new one')
    .option('--command <command>', 'for a new one of the agent "custom"')
    .action((options: EnsureOptions) =>
      run(async (context) => (await import('./verbs/orchestrator.ts')).ensureOrchestrator(context, options)),
    );
  verb(program, 'ls')
    .description('list sessions')
    .option('--project <id>', 'of one project')
    .option('--all', 'terminated ones too', false)
    .action(({ project, all }: { project?: string; all: boolean }) =>
      run(async (context) => (await import('./verbs/ls.ts')).ls(context, { project, all })),
    );
  verb(program, 'briefing')
    .description('after a reboot or an outage: what came back, how, and what needs you')
    .option('--dismiss', 'and show it no more', false)
    .action(({ dismiss }: { dismiss: boolean }) =>
      run(async (context) => (await import('./verbs/briefing.ts')).briefing(context, { dismiss })),
    );
  verb(program, 'get <id>')
    .description('show a session')
    .action((id: string) => run(async (context) => (await import('./verbs/get.ts')).get(context, id)));
  verb(program, 'why <id>')
    .description('the state of a session and the evidence for it')
    .action((id: string) => run(async (context) => (await import('./verbs/why.ts')).why(context, id)));
  verb(program, 'send <id> <text>')
    .description('queue a message for a session; - reads standard input')
    .option('--key <key>', 'the same key is delivered once')
    .action((id: string, text: string, { key }: { key?: string }) =>
      run(async (context) => (await import('./verbs/send.ts')).send(context, { id, text }, { key })),
    );
  verb(program, 'messages <id>')
    .description("a session's messages and where each is")
    .action((id: string) => run(async (context) => (await import('./verbs/messages.ts')).messages(context, id)));
  verb(program, 'logs <id>')
    .description('screen and scrollback as text')
    .option('--lines <n>', 'how much of the scrollback', parseLines)
    .action((id: string, { lines }: { lines?: number }) =>
      run(async (context) => (await import('./verbs/logs.ts')).logs(context, id, { lines })),
    );
  verb(program, 'attach <id>')
    .description('a session, in this terminal; leaving it ends nothing')
    .option('--read-only', 'only look', false)
    .option('--detach-keys <keys>', `what leaves it again; default: ${DEFAULT_DETACH_KEYS}`, parseDetachKeys)
    .action((id: string, options: AttachOptions) => run(async (context) => (await loadAttach(context)).attach(context, id, options)));
  const record = program.command('record').description('what sessions printed, where their project is recorded');
  verb(record, 'ls <id>')
    .description('the recordings of a session')
    .action((id: string) => run(async (context) => (await import('./verbs/record.ts')).listRecordings(context, id)));
  verb(record, 'export <id>')
    .description('the latest one as an asciicast v2 file')
    .option('--from <time>', 'the one that ran then')
    .option('--out <file>', 'default: <id>-<start>.cast')
    .action((id: string, options: ExportOptions) =>
      run(async (context) => (await import('./verbs/record.ts')).exportRecording(context, id, options)),
    );
  verb(record, 'find <text>')
    .description('where a text was on a screen, the latest first')
    .option('--id <id>', 'of one session')
    .action((text: string, options: { id?: string }) =>
      run(async (context) => (await import('./verbs/record.ts')).findInRecordings(context, text, options)),
    );
  verb(program, 'kill <id>')
    .description('end a session for good; its branch stays')
    .action((id: string) => run(async (context) => (await import('./verbs/kill.ts')).kill(context, id)));
  for (const [name, description] of [
    ['restore', 'bring a terminated session back under its id'],
    ['resume', 'start the agent again where it exited'],
  ] as const) {
    verb(program, `${name} <id>`)
      .description(description)
      .action((id: string) => run(async (context) => (await import('./verbs/recover.ts')).recover(context, name, id)));
  }
  for (const [name, description] of [
    ['park', 'save and end the sessions that run; the next start brings them back'],
    ['unpark', 'bring parked sessions back'],
  ] as const) {
    verb(program, `${name} [ids...]`)
      .description(`${description}; without ids all of them`)
      .action((ids: string[]) => run(async (context) => (await import('./verbs/park.ts')).park(context, name, ids)));
  }
  verb(program, 'cleanup')
    .description('remove the clean worktrees of ended sessions; dirty ones are kept and listed, branches stay')
    .option('--dry-run', 'only say what would be removed', false)
    .action((options: { dryRun: boolean }) => run(async (context) => (await import('./verbs/cleanup.ts')).cleanup(context, options)));
  verb(program, 'rename <id> <title>')
    .description('give a session a title')
    .action((id: string, title: string) => run(async (context) => (await import('./verbs/rename.ts')).rename(context, id, title)));
  program
    .command('events <id>', { hidden: true })
    .option('--json', 'print one JSON value')
    .action((id: string) => run(async (context) => (await import('./verbs/events.ts')).events(context, id)));
}

/** A bundle of its own: it is as much code as all other commands together. */
async function loadAttach({ attachEntry }: CliContext): Promise<typeof import('./verbs/attach.ts')> {
  return (await import(pathToFileURL(attachEntry).href)) as typeof import('./verbs/attach.ts');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function collectEnv(value: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  if (value === '') return before;
  const at = value.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('It has the form NAME=value.');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

function parseLines(value: string): number {
  const lines = /^[0-9]{1,6}$/.test(value) ? Number(value) : 0;
  if (lines < 1 || lines > 50_000) throw new InvalidArgumentError('It is a whole number from 1 to 50000.');
  return lines;
}

function parsePort(value: string): number {
  const port = /^[0-9]{1,5}$/.test(value) ? Number(value) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It is a whole number from 1 to 65535.');
  return port;
}
