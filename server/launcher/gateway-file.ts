/** `gateway.json` beside the run file: by it `ao pair` knows which port pages are on. Written whole, removed only by its owner. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type GatewayFileEntry, gatewayFileSchema } from '../contract/gateway.ts';
import { presenceOf } from './process-identity.ts';

/** A run file of another name has a gateway file of its own: two instances may share a folder. */
function pathOf(runFile: string): string {
  const name = basename(runFile);
  return join(dirname(runFile), name === 'running.json' ? 'gateway.json' : `${name}.gateway.json`);
}

/** The gateway that runs now; `null` where there is none. */
export function readGatewayFile(runFile: string): GatewayFileEntry | null {
  const entry = parse(pathOf(runFile));
  return entry !== null && presenceOf(entry) === 'alive' ? entry : null;
}

export function writeGatewayFile(runFile: string, entry: GatewayFileEntry): void {
  const path = pathOf(runFile);
  const temporary = `${path}.${process.pid}.tmp`;
  // A gateway may come before the first daemon, which makes this folder otherwise.
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(temporary, { force: true });
  writeFileSync(temporary, `${JSON.stringify(entry)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}

export function removeGatewayFile(runFile: string, { pid, processStartedAt }: GatewayFileEntry): void {
  const path = pathOf(runFile);
  const entry = parse(path);
  if (entry?.pid === pid && entry.processStartedAt === processStartedAt) rmSync(path, { force: true });
}

function parse(path: string): GatewayFileEntry | null {
  try {
    const parsed = gatewayFileSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
