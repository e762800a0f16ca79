/**
 * The installation that a run breaks: the built product with a gateway, tabs as processes of their own, stand-in agents, and, for
 * root, a boot id and a small disk of its own (in a mount namespace that nobody else sees).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { eventually } from '../server/testing/resources.ts';
import { mount } from '../server/testing/small-disk.ts';
import { freePort, isRunning, makeWorld, signal, type World } from '../server/testing/world.ts';
import { type Api, createApi } from './api.ts';
import { INBOX_FILE } from './model.ts';
import type { RuntimeKind } from './schedule.ts';

const AO = fileURLToPath(new URL('../.test-build/ao.js', import.meta.url));
const TAB = fileURLToPath(new URL('./tab.child.ts', import.meta.url));
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export const PROJECT = 'app';

/** Short, so that a run in which the last tab leaves need not wait long. */
export const GRACE_MS = 1_000;
const DISK_MB = 256;

export type Tab = {
  readonly pid: number;
  /** Its last verdict; `away` while its line is cut. */
  readonly hears: () => string;
  readonly isGone: () => boolean;
};

export type Stand = AsyncDisposable & {
  readonly world: World;
  /** Where sessions live. */
  readonly runtime: RuntimeKind;
  readonly api: Api;
  /** What cannot be done here, and why. */
  readonly limits: readonly string[];
  /** Mounted with a size of its own. */
  readonly smallDisk: 'yes' | 'no';
  /** `null` where it cannot be changed. */
  readonly bootId: (() => string) | null;
  newBoot(): void;
  up(): Promise<void>;
  readonly gatewayPid: () => number;
  readonly tabs: () => readonly Tab[];
  openTab(): void;
  /** Tabs whose process is gone are forgotten. */
  sweepTabs(): void;
};

export type StandOptions = { readonly privileged: 'yes' | 'no'; readonly runtime: RuntimeKind };

export async function openStand({ privileged, runtime }: StandOptions): Promise<Stand> {
  const world = await makeWorld();
  const limits: string[] = [];
  Object.assign(world.env, { AO_UI_PORT: String(await freePort()), AO_GRACE_MS: String(GRACE_MS), AO_RUNTIME: runtime });
  const bootIdFile = join(world.root, 'boot-id');
  mkdirSync(world.dataDir, { mode: 0o700 });
  const smallDisk = privileged === 'yes' && mount(['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=700`, 'tmpfs', world.dataDir]);
  if (!smallDisk) limits.push('no small disk: only root can mount one');
  let boots = 0;
  const newBoot = (): void => {
    boots += 1;
    writeFileSync(bootIdFile, `00000000-0000-4000-8000-${String(boots).padStart(12, '0')}\n`);
  };
  newBoot();
  const ownBootId = privileged === 'yes' && mount(['--bind', bootIdFile, BOOT_ID]);
  if (!ownBootId) limits.push('a reboot keeps the boot id: only root can give it another');
  writeAgents(world);
  const tabBundle = join(world.root, 'tab.mjs');
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  buildSync({ entryPoints: [TAB], outfile: tabBundle, bundle: true, platform: 'node', format: 'esm', logLevel: 'error', banner });

  let gateway: ChildProcess | null = null;
  let device: { readonly cookie: string; readonly secret: string } | null = null;
  let tabs: Tab[] = [];
  let opened = 0;
  const url = `http://127.0.0.1:${world.env['AO_UI_PORT']}`;

  async function up(): Promise<void> {
    const errors = openSync(join(world.root, 'gateway.err'), 'a');
    const child = spawn(process.execPath, [AO, 'up', '--no-open', '--json'], {
      cwd: world.repo,
      env: world.env,
      stdio: ['ignore', 'pipe', errors],
    });
    gateway = child;
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    await eventually('the gateway to be up', () => stdout.includes('\n') || child.exitCode !== null, { limitMs: 60_000 });
    const { pairUrl } = JSON.parse(stdout) as { readonly pairUrl?: string };
    if (pairUrl === undefined) throw new Error(`ao up: ${stdout}`);
    device ??= await pair(url, pairUrl.slice(pairUrl.indexOf('#') + 1));
  }

  function openTab(): void {
    if (device === null) throw new Error('no browser was paired');
    opened += 1;
    const child = spawn(process.execPath, [tabBundle, url, device.cookie, device.secret, `tab-of-chaos-${opened}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let last = 'away';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (last = text.trim().split('\n').at(-1) ?? last));
    tabs.push({ pid: child.pid ?? 0, hears: () => last, isGone: () => child.exitCode !== null || child.signalCode !== null });
  }

  return {
    world,
    runtime,
    api: createApi(world),
    limits,
    smallDisk: smallDisk ? 'yes' : 'no',
    bootId: ownBootId ? () => readFileSync(BOOT_ID, 'utf8').trim() : null,
    newBoot,
    up,
    gatewayPid: () => gateway?.pid ?? 0,
    tabs: () => tabs,
    openTab,
    sweepTabs: () => {
      tabs = tabs.filter((tab) => !tab.isGone());
    },
    async [Symbol.asyncDispose]() {
      for (const { pid } of tabs) signal(pid, 'SIGKILL');
      await world.reboot();
      // The next seed gets its own; over a file that is gone nothing can be mounted.
      for (const mounted of [...(smallDisk ? [world.dataDir] : []), ...(ownBootId ? [BOOT_ID] : [])]) spawnSync('umount', ['-l', mounted]);
      await world[Symbol.asyncDispose]();
    },
  };
}

export const isGone = (pid: number): Promise<true> => eventually(`process ${pid} to be gone`, () => !isRunning(pid));

/** As the page of the link does. */
async function pair(url: string, code: string): Promise<{ readonly cookie: string; readonly secret: string }> {
  const response = await fetch(`${url}/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ code, name: 'Chaos' }),
  });
  if (!response.ok) throw new Error(`pairing: ${response.status} ${await response.text()}`);
  const { secret } = (await response.json()) as { readonly secret: string };
  return { secret, cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

export const KEEPER = `while IFS= read -r line; do printf '%s\\n' "$line" >> ${INBOX_FILE}; done`;
/** Ignores the end of its terminal, and has a server in a session of its own. */
export const STUBBORN = "trap '' HUP; setsid sleep 1000000 & while :; do sleep 1000000; done";

/** A stand-in for an agent that keeps a conversation: it notes how each launch began it, where the real one keeps its transcript. */
function writeAgents(world: World): void {
  const folder = conversationsOf(world);
  mkdirSync(folder, { recursive: true });
  world.program(
    'claude',
    `#!/bin/sh
id= how=none
while [ $# -gt 0 ]; do
  case $1 in
    --session-id) id=$2 how=new; shift ;;
    --resume) id=$2 how=resumed; shift ;;
    --) break ;;
  esac
  shift
done
printf '%s\\n' "$how" >> '${folder}'/"$id".jsonl
exec cat
`,
  );
}

export const worktreesOf = (world: World): string => join(world.dataDir, 'worktrees', PROJECT);
export const conversationsOf = (world: World): string => join(world.env['HOME'] ?? world.root, '.claude', 'projects', 'chaos');
