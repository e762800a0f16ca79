/**
 * One at a time across processes, for what two of must not run in one checkout (install, build). A directory is the lock,
 * since `mkdir` is atomic everywhere; the pid in it tells a holder that died from one that works.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './root.mjs';

const POLL_MS = 200;
/** A lock directory without a pid is being made or its maker died in between. */
const NAMELESS_LIMIT_MS = 5_000;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function holderOf(path) {
  try {
    return Number.parseInt(readFileSync(join(path, 'pid'), 'utf8'), 10) || null;
  } catch {
    return null;
  }
}

/** 0 where nothing is there. */
function ageMs(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

function tryTake(path) {
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(path, 'pid'), String(process.pid));
  return true;
}

/**
 * Removes the lock of a dead holder. Under a guard, and looked at again inside it: of two that saw the same dead holder the
 * slower one must not remove the lock that the faster one has just taken.
 */
function clearDead(path) {
  const guard = `${path}.clearing`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (ageMs(guard) > NAMELESS_LIMIT_MS) rmSync(guard, { recursive: true, force: true });
    return;
  }
  const holder = holderOf(path);
  if (holder === null ? ageMs(path) > NAMELESS_LIMIT_MS : !isAlive(holder)) rmSync(path, { recursive: true, force: true });
  rmSync(guard, { recursive: true, force: true });
}

/** Runs `work` while nobody else in this checkout holds `name`; `onWait` is called once if somebody does. */
export async function withLock(name, { onWait }, work) {
  const path = join(ROOT, '.tooling', `${name}.lock`);
  mkdirSync(join(ROOT, '.tooling'), { recursive: true });
  let told = false;
  while (!tryTake(path)) {
    const holder = holderOf(path);
    if (holder === null ? ageMs(path) > NAMELESS_LIMIT_MS : !isAlive(holder)) {
      clearDead(path);
    } else if (!told && holder !== null) {
      told = true;
      onWait(holder);
    }
    await sleep(POLL_MS);
  }
  const release = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
