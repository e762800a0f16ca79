/** Pure parsing of what Linux says of a process in `/proc/<pid>/stat` and `/proc/<pid>/environ`. */

export type ProcessFacts = {
  readonly pid: number;
  readonly parentPid: number;
  /** Session id: the pid of its leader, which stays reserved as long as a member lives. */
  readonly sessionId: number;
  /** Opaque, see `ProcessRef`. */
  readonly startedAt: string;
  readonly state: 'running' | 'zombie';
};

/** `null` for text that is not a stat line. The command name, in brackets, may hold anything, brackets and newlines too. */
export function parseProcStat(text: string): ProcessFacts | null {
  const nameStart = text.indexOf('(');
  const nameEnd = text.lastIndexOf(')');
  if (nameStart < 0 || nameEnd < nameStart) return null;
  const pid = Number(text.slice(0, nameStart).trim());
  // From field 3 on: state, ppid, pgrp, session, …; field 22 is the start time in clock ticks since boot.
  const fields = text
    .slice(nameEnd + 1)
    .trim()
    .split(' ');
  const [state, parent, , session] = fields;
  const startedAt = fields[19];
  if (!Number.isInteger(pid) || state === undefined || startedAt === undefined) return null;
  return {
    pid,
    parentPid: Number(parent),
    sessionId: Number(session),
    startedAt,
    state: state === 'Z' || state === 'X' || state === 'x' ? 'zombie' : 'running',
  };
}

/** Whether NUL-separated `NAME=value` entries hold exactly this one. */
export function environHas(environ: Buffer, entry: string): boolean {
  const wanted = Buffer.from(`${entry}\0`);
  if (environ.subarray(0, wanted.length).equals(wanted)) return true;
  if (environ.includes(`\0${entry}\0`)) return true;
  return environ.toString('latin1').endsWith(`\0${entry}`);
}
