/** Who listens on a port of this machine, as far as /proc tells: for an error message, never for a decision. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type PortHolder = { readonly pid: number; readonly command: string };

const LISTEN = '0A';

/** `null`: nobody, somebody of another user, or a system without /proc. */
export function findPortHolder(port: number): PortHolder | null {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => listeningInodes(path, port)));
  if (inodes.size === 0) return null;
  for (const name of list('/proc').filter((entry) => /^[0-9]+$/.test(entry))) {
    const holds = list(`/proc/${name}/fd`).some((fd) => inodes.has(linkOf(`/proc/${name}/fd/${fd}`)));
    if (holds) return { pid: Number(name), command: commandOf(name) };
  }
  return null;
}

function listeningInodes(path: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return read(path)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) === true && fields[3] === LISTEN)
    .map((fields) => `socket:[${fields[9]}]`);
}

/** The program and its first argument: the rest may be anybody's secrets. */
function commandOf(pid: string): string {
  const words = read(`/proc/${pid}/cmdline`)
    .split('\0')
    .slice(0, 2)
    .filter((word) => word !== '');
  const text = words.length > 0 ? words.join(' ') : read(`/proc/${pid}/comm`).trim();
  return text.replace(/\p{Cc}/gu, ' ').slice(0, 120);
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
