/** `ao doctor`: what is wrong, what no session accounts for, and the one command for each. Works without a daemon as far as that goes. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import type { CheckView, FindingView } from '../../contract/doctor.ts';
import type { LocationConfig } from '../../contract/environment.ts';
import { describeUnwritable, toAppError } from '../../core/errors.ts';
import { START_ROOM_BYTES } from '../../launcher/daemon-process.ts';
import { readGatewayFile } from '../../launcher/gateway-file.ts';
import { sightDaemon } from '../../launcher/sighting.ts';
import { connect, fromClientError } from '../client.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { formatTable } from '../table.ts';

/** Below this a database and a log have little room left. Bytes. */
const LOW_SPACE_BYTES = 256 * 1024 * 1024;
const PROGRAM_LIMIT_MS = 5_000;
const MARKS: Readonly<Record<CheckView['verdict'], string>> = { ok: 'ok', warn: 'warn', fail: 'FAIL' };

export async function doctor(context: CliContext, { reap }: { readonly reap: string | undefined }): Promise<VerbResult> {
  if (reap !== undefined) {
    const value = await (await connect(context)).doctor.reap.mutate({ handle: reap });
    return { value, text: `Ended ${reap}.` };
  }
  const { checks, findings } = await examineAll(context);
  const value = { checks, findings };
  return { value, text: describeExamination(value), verdict: checks.some(({ verdict }) => verdict === 'fail') ? 'bad' : 'good' };
}

type Examined = { readonly checks: readonly CheckView[]; readonly findings: readonly FindingView[] };

async function examineAll(context: CliContext): Promise<Examined> {
  const machine = [checkNode(), checkProgram('git', ['--version'], 'Install git 2.30 or newer.', context)];
  let locations: LocationConfig;
  try {
    locations = locate(context);
  } catch (caught) {
    const { message, hint } = toAppError(caught);
    return { checks: [{ id: 'configuration', verdict: 'fail', says: message, fix: hint }, ...machine], findings: [] };
  }
  const { dataDir, runFile } = locations;
  const configuration: CheckView = { id: 'configuration', verdict: 'ok', says: `data ${dataDir}, run file ${runFile}`, fix: null };
  const { checks, findings } = await examineDaemon(context, runFile);
  return { checks: [configuration, ...machine, ...checkDataDir(dataDir), checkDashboard(runFile), ...checks], findings };
}

function checkNode(): CheckView {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  return { id: 'node', verdict: good ? 'ok' : 'fail', says: process.version, fix: good ? null : 'Install Node.js 20.19 or newer.' };
}

function checkProgram(id: string, args: readonly string[], fix: string, { env }: CliContext): CheckView {
  const { status, stdout, error } = spawnSync(id, args, { env: { ...env }, encoding: 'utf8', timeout: PROGRAM_LIMIT_MS });
  if (status === 0) return { id, verdict: 'ok', says: stdout.trim(), fix: null };
  return { id, verdict: 'fail', says: `It cannot be run (${error?.message ?? `exit ${status}`}).`, fix };
}

function checkDataDir(dataDir: string): readonly CheckView[] {
  const id = 'data directory';
  try {
    const { mode } = statSync(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const disk = checkDisk(dataDir);
    if ((mode & 0o077) === 0) return [{ id, verdict: 'ok', says: 'Private and writable.', fix: null }, disk];
    return [{ id, verdict: 'warn', says: 'Others of this machine may look into it.', fix: `chmod 700 ${dataDir}` }, disk];
  } catch (caught) {
    const { code } = caught as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [{ id, verdict: 'ok', says: 'Not there yet; the first start makes it.', fix: null }];
    const { message, hint } = describeUnwritable(code ?? null, dataDir) ?? {
      message: 'It cannot be used',
      hint: `ls -ld ${dataDir}; or set AO_DATA_DIR to another one`,
    };
    return [{ id, verdict: 'fail', says: `${message} (${code}).`, fix: hint }];
  }
}

function checkDisk(dataDir: string): CheckView {
  const { bavail, bsize, blocks } = statfsSync(dataDir);
  // A file system without a size of its own has no blocks at all.
  const free = blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  const fix = `df -h ${dataDir}`;
  if (free < START_ROOM_BYTES)
    return { id: 'disk', verdict: 'fail', says: 'It is full: nothing is changed or started until there is room; sessions run on.', fix };
  const says = blocks === 0 ? 'It has no limit of its own.' : `${Math.round(free / 1024 / 1024)} MB free`;
  return free < LOW_SPACE_BYTES ? { id: 'disk', verdict: 'warn', says, fix } : { id: 'disk', verdict: 'ok', says, fix: null };
}

function checkDashboard(runFile: string): CheckView {
  const gateway = readGatewayFile(runFile);
  if (gateway === null) return { id: 'dashboard', verdict: 'ok', says: 'Not being served.', fix: 'ao up' };
  return { id: 'dashboard', verdict: 'ok', says: `Served on port ${gateway.port} by pid ${gateway.pid}.`, fix: null };
}

async function examineDaemon(context: CliContext, runFile: string): Promise<Examined> {
  const sighting = await sightDaemon(runFile);
  if (sighting.state === 'stopped' || sighting.state === 'stale') {
    const says = 'Not running, so neither its database nor its sessions were looked at.';
    return { checks: [{ id: 'daemon', verdict: 'warn', says, fix: 'ao start' }], findings: [] };
  }
  try {
    const { checks, findings } = await (await connect(context)).doctor.examine.query();
    const says = `Ready: pid ${sighting.entry.pid}, port ${sighting.entry.port}.`;
    return { checks: [{ id: 'daemon', verdict: 'ok', says, fix: null }, ...checks], findings };
  } catch (caught) {
    const { message, hint } = fromClientError(caught) ?? toAppError(caught);
    return { checks: [{ id: 'daemon', verdict: 'fail', says: message, fix: hint }], findings: [] };
  }
}

function describeExamination({ checks, findings }: Examined): string {
  const table = formatTable(
    ['', 'CHECK', 'WHAT IT SAYS', 'WHAT TO DO'],
    checks.map(({ id, verdict, says, fix }) => [MARKS[verdict], id, says, fix ?? '']),
  );
  if (findings.length === 0) return `${table}\nNothing is left over, nothing is unsettled.`;
  const list = findings.map(({ kind, subject, evidence, action }) => `${kind}: ${subject}\n  ${evidence}\n  ${action}`);
  return `${table}\n\n${list.join('\n')}`;
}
