/**
 * What daemon and host say to each other in JSON. Pure. Read field by field, since neither may believe the other: what is
 * missing or of another kind makes the whole message none. Fields that are not known are skipped, so that a later version may add.
 */
import { type InstanceId, type LaunchId, type MessageId, parseInstanceId, parseLaunchId } from '../../../core/ids.ts';
import type { ExitFact } from '../../../core/session/session.ts';
import type { HistoryPage, HistoryRange, ScreenText, TerminalSize } from '../../../ports/runtime.ts';

export type Versions = { readonly min: number; readonly max: number };
export type Hello = Versions & { readonly token: string };

/** The highest version of both, or `null` where they have none in common. */
export function negotiate(ours: Versions, theirs: Versions): number | null {
  const version = Math.min(ours.max, theirs.max);
  return version >= Math.max(ours.min, theirs.min) ? version : null;
}

export type HostRequest =
  | { readonly op: 'status' }
  | { readonly op: 'attach' }
  /** A fresh snapshot on a connection that is attached. */
  | { readonly op: 'redraw' }
  /** A picture of that number on a connection that is attached, as `FRAME.picture`. */
  | { readonly op: 'picture'; readonly number: number }
  | { readonly op: 'capture'; readonly historyLines: number }
  | { readonly op: 'screen' }
  | ({ readonly op: 'history' } & HistoryRange)
  /** The body is typed as it is. */
  | { readonly op: 'write' }
  | { readonly op: 'resize'; readonly cols: number; readonly rows: number }
  /** The body is the text. */
  | { readonly op: 'paste'; readonly launchId: LaunchId; readonly messageId: MessageId }
  | { readonly op: 'submit'; readonly launchId: LaunchId; readonly messageId: MessageId }
  | { readonly op: 'restart'; readonly launchId: LaunchId }
  /** Ends the host and removes its files, if it still carries that launch. */
  | { readonly op: 'destroy'; readonly launchId: LaunchId };

/** Why a host did not do what it was asked. */
export const REFUSALS = ['other-launch', 'exited', 'running', 'withdrawn', 'full', 'not-understood', 'failed'] as const;
export type Refusal = (typeof REFUSALS)[number];

export type HostReply =
  | { readonly ok: true; readonly facts: unknown }
  | { readonly ok: false; readonly refusal: Refusal; readonly why: string };

export type HostStatus = {
  readonly instanceId: InstanceId | null;
  readonly sessionId: string;
  readonly launchId: LaunchId;
  /** Of the program, also after its exit. */
  readonly pid: number;
  readonly exit: ExitFact | null;
  readonly size: TerminalSize;
  readonly pasted: MessageId | null;
  readonly submitted: MessageId | null;
  /** Bytes of output since the host began. */
  readonly offset: number;
  /** Whether it knows `picture`; earlier hosts do not say. */
  readonly pictures: boolean;
};

type Fields = Readonly<Record<string, unknown>>;

function toFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isRow = (value: unknown): value is number | null => value === null || isCount(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const toLaunch = (value: unknown): LaunchId | null => (isText(value) ? parseLaunchId(value) : null);

export function parseVersions(value: unknown): Versions | null {
  const fields = toFields(value);
  return fields !== null && isCount(fields['min']) && isCount(fields['max']) ? { min: fields['min'], max: fields['max'] } : null;
}

export function parseHello(value: unknown): Hello | null {
  const versions = parseVersions(value);
  const token = toFields(value)?.['token'];
  return versions !== null && isText(token) ? { ...versions, token } : null;
}

export function parseRequest(value: unknown): HostRequest | null {
  const fields = toFields(value);
  if (fields === null) return null;
  const { op, historyLines, cols, rows, from, anchor, number } = fields;
  if (op === 'status' || op === 'attach' || op === 'redraw' || op === 'screen' || op === 'write') return { op };
  if (op === 'picture') return isCount(number) && number <= 0xffff_ffff ? { op, number } : null;
  if (op === 'capture') return isCount(historyLines) ? { op, historyLines } : null;
  if (op === 'history') return isRow(from) && isRow(anchor) && isCount(rows) ? { op, from, rows, anchor } : null;
  if (op === 'resize') return isSide(cols) && isSide(rows) ? { op, cols, rows } : null;
  const launchId = toLaunch(fields['launchId']);
  if (launchId === null) return null;
  if (op === 'restart' || op === 'destroy') return { op, launchId };
  const { messageId } = fields;
  return (op === 'paste' || op === 'submit') && isText(messageId) ? { op, launchId, messageId: messageId as MessageId } : null;
}

const isSide = (value: unknown): value is number => isCount(value) && value >= 2 && value <= 1_000;

export function parseReply(value: unknown): HostReply | null {
  const fields = toFields(value);
  if (fields?.['ok'] === true) return { ok: true, facts: fields['facts'] };
  if (fields?.['ok'] !== false) return null;
  // A refusal of a later version is still a refusal.
  const refusal = REFUSALS.find((known) => known === fields['refusal']) ?? 'failed';
  return { ok: false, refusal, why: isText(fields['why']) ? fields['why'] : 'it did not say why' };
}

export function parseStatus(value: unknown): HostStatus | null {
  const fields = toFields(value);
  if (fields === null) return null;
  const { pid, sessionId, offset } = fields;
  const launchId = toLaunch(fields['launchId']);
  const size = toFields(fields['size']);
  const exit = fields['exit'] === null ? null : parseExit(fields['exit']);
  if (launchId === null || !isText(sessionId) || !isCount(pid) || !isCount(offset) || exit === undefined) return null;
  if (!isCount(size?.['cols']) || !isCount(size['rows'])) return null;
  return {
    instanceId: isText(fields['instanceId']) ? parseInstanceId(fields['instanceId']) : null,
    sessionId,
    launchId,
    pid,
    exit,
    size: { cols: size['cols'], rows: size['rows'] },
    pasted: isText(fields['pasted']) ? (fields['pasted'] as MessageId) : null,
    submitted: isText(fields['submitted']) ? (fields['submitted'] as MessageId) : null,
    offset,
    pictures: fields['pictures'] === true,
  };
}

export function parseScreen(value: unknown): ScreenText | null {
  const { cols, text } = toFields(value) ?? {};
  return isCount(cols) && isText(text) ? { cols, text } : null;
}

export function parsePage(value: unknown): HistoryPage | null {
  const { total, first, rows, text, anchor, cols, screen } = toFields(value) ?? {};
  if (!isCount(total) || !isCount(first) || !isCount(rows) || !isCount(cols)) return null;
  if (!isText(text) || !isText(anchor) || !(screen === null || isText(screen))) return null;
  return { total, first, rows, text, anchor, cols, screen };
}

function parseExit(value: unknown): ExitFact | undefined {
  const fields = toFields(value);
  if (fields === null) return undefined;
  const { code, signal, atMs } = fields;
  if (!isCount(atMs) || !(code === null || isCount(code)) || !(signal === null || isText(signal))) return undefined;
  return { code, signal, atMs };
}
