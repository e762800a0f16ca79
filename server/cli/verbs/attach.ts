/**
 * `ao attach`: a session's terminal in this one. Finds the daemon and the session, has `attach/follow.ts` stay with it, and says how
 * it ended. Leaving it ends nothing but itself.
 */
import { PROTOCOL_VERSION } from '../../contract/version.ts';
import { AppError } from '../../core/errors.ts';
import { sightDaemon } from '../../launcher/sighting.ts';
import type { Found } from '../attach/daemon-line.ts';
import { DEFAULT_DETACH_KEYS, type DetachKeys, parseDetachKeys } from '../attach/detach-keys.ts';
import { follow } from '../attach/follow.ts';
import { connect, fromClientError } from '../client.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { readCredential } from '../credential.ts';
import { toPlain } from '../table.ts';

export type AttachOptions = { readonly readOnly: boolean; readonly detachKeys?: DetachKeys };

export async function attach(context: CliContext, ref: string, options: AttachOptions): Promise<VerbResult> {
  const terminal = context.findTerminal();
  if ('missing' in terminal) throw noTerminal(ref, terminal.missing);
  const id = await resolve(context, ref);
  const keys = options.detachKeys ?? parseDetachKeys(DEFAULT_DETACH_KEYS);
  const asked = context.untilSignal(['SIGINT', 'SIGTERM', 'SIGHUP']);
  const end = await follow({ id, keys, terminal, asked, access: options.readOnly ? 'read-only' : 'full', find: () => find(context) });
  switch (end.kind) {
    case 'failed':
      throw end.error;
    case 'detached':
      return { value: { session: id, end: 'detached' }, text: `Detached from ${id}; it goes on. Back: ao attach ${id}` };
    case 'signal':
      return { value: { session: id, end: end.signal }, text: `Detached from ${id} by ${end.signal}; it goes on.`, verdict: 'bad' };
    case 'exited': {
      const how = end.exitCode === null ? 'was ended by a signal' : `exited with ${end.exitCode}`;
      return { value: { session: id, end: 'exited', exitCode: end.exitCode }, text: `${id} ${how}. Its last screen: ao logs ${id}` };
    }
  }
}

async function resolve(context: CliContext, ref: string): Promise<string> {
  try {
    return (await (await connect(context)).sessions.get.query({ id: ref })).id;
  } catch (caught) {
    // Known in this bundle only.
    throw fromClientError(caught) ?? caught;
  }
}

const AWAY = {
  stopped: 'No daemon runs (`ao start` starts it)',
  stale: 'The daemon has ended (`ao start` starts it)',
  unhealthy: 'The daemon does not answer',
  starting: 'The daemon is starting',
  stopping: 'The daemon is stopping',
} as const;

async function find(context: CliContext): Promise<Found> {
  const { dataDir, runFile } = locate(context);
  const sighting = await sightDaemon(runFile);
  if (sighting.state !== 'ready') return { why: AWAY[sighting.state] };
  if (sighting.health.protocol !== PROTOCOL_VERSION) return { why: 'The daemon has another version now (leave, and attach again)' };
  try {
    return { port: sighting.entry.port, credential: readCredential(dataDir, context.env) };
  } catch (caught) {
    return { why: caught instanceof Error ? toPlain(caught.message) : 'The credential cannot be read' };
  }
}

function noTerminal(ref: string, missing: string): AppError {
  return new AppError({
    code: 'BAD_INPUT',
    message: `\`ao attach\` shows a terminal and takes its keys, and ${missing} is no terminal.`,
    hint: `Run it in a terminal. In a script: \`ao logs ${ref}\` prints the screen, \`ao send ${ref} "…"\` writes.`,
  });
}
