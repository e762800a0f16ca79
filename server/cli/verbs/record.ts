/** `ao record ls|export|find`: what sessions have printed, kept where their project wants it. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RecordingHit, RecordingList } from '../../contract/recording.ts';
import { AppError } from '../../core/errors.ts';
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { formatTable } from '../table.ts';

export async function listRecordings(context: CliContext, id: string): Promise<VerbResult> {
  const list = await (await connect(context)).recordings.list.query({ id });
  return { value: list, text: describeRecordings(list) };
}

export type ExportOptions = { readonly from?: string; readonly out?: string };

/** The latest segment, or the one that ran at `from`. */
export async function exportRecording(context: CliContext, id: string, { from, out }: ExportOptions): Promise<VerbResult> {
  const client = await connect(context);
  const { sessionId, segments } = await client.recordings.list.query({ id });
  const moment = from === undefined ? Number.POSITIVE_INFINITY : Date.parse(from);
  const segment = segments.findLast(({ startedAtMs }) => startedAtMs <= moment);
  if (segment === undefined) {
    throw new AppError({
      code: 'RECORDING_NOT_FOUND',
      message: `There is no recording of ${sessionId}${from === undefined ? '' : ` from ${from}`}.`,
      hint: `List those there are: \`ao record ls ${sessionId}\`.`,
    });
  }
  let cast = '';
  for (let offset: number | null = 0; offset !== null; ) {
    const page: { readonly text: string; readonly nextOffset: number | null } = await client.recordings.read.query({
      id: sessionId,
      startedAtMs: segment.startedAtMs,
      offset,
    });
    cast += page.text;
    offset = page.nextOffset;
  }
  const path = resolve(context.cwd, out ?? `${sessionId}-${segment.startedAtMs}.cast`);
  await writeFile(path, cast, { mode: 0o600 });
  return { value: { sessionId, startedAtMs: segment.startedAtMs, path }, text: `Written to ${path} (asciicast v2).` };
}

export async function findInRecordings(context: CliContext, text: string, { id }: { readonly id?: string }): Promise<VerbResult> {
  const hits = await (await connect(context)).recordings.find.query({ text, id });
  return { value: hits, text: describeHits(hits) };
}

function describeRecordings({ sessionId, state, why, segments }: RecordingList): string {
  const is = why === null ? '' : `\n${sessionId} cannot be recorded now: ${why}`;
  if (segments.length === 0) return `No recordings of ${sessionId}. Its project has them kept by: ao project set <id> --record on${is}`;
  const rows = segments.map(({ startedAtMs, endedAtMs, bytes }, index) => [
    new Date(startedAtMs).toISOString(),
    state === 'recording' && index === segments.length - 1 ? 'now' : new Date(endedAtMs).toISOString(),
    `${Math.ceil(bytes / 1024)} KB`,
  ]);
  return `${formatTable(['FROM', 'UNTIL', 'SIZE'], rows)}${is}`;
}

function describeHits(hits: readonly RecordingHit[]): string {
  if (hits.length === 0) return 'Nothing found. What was printed in the last seconds is not looked through yet.';
  return formatTable(
    ['SESSION', 'AT', 'TEXT'],
    hits.map(({ sessionId, atMs, parts }) => [sessionId, new Date(atMs).toISOString(), parts.map(({ text }) => text).join('')]),
  );
}
