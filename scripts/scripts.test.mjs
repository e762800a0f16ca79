/** The scripts' own decisions: what they count, refuse and advise. Installing and building for real is what CI does. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLacking, installCommand, parseVersion } from './check-system.mjs';
import { assertNodeVersion } from './ensure-install.mjs';
import { ROOT } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { countTests } from './lib/vitest-counts.mjs';
import { formatCounts } from './verify.mjs';

let directory;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ao-scripts-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the counts', () => {
  const report = (facts) => {
    const path = join(directory, 'report.json');
    const empty = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
    writeFileSync(path, JSON.stringify({ ...empty, ...facts }));
    return path;
  };

  it('are vitest’s own where it tells the whole story', () => {
    expect(countTests(report({ numPassedTests: 7, numFailedTests: 2, numPendingTests: 1 }), 1)).toEqual({
      passed: 7,
      failed: 2,
      skipped: 1,
    });
  });

  it('name a file that could not be collected as one failure', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];
    expect(countTests(report({ numPassedTests: 7, testResults }), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
  });

  it('name a failure outside of every test', () => {
    expect(countTests(report({ numPassedTests: 7 }), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
  });

  it('never call a suite without tests, or without a report, a success', () => {
    expect(countTests(report({}), 0).failed).toBe(1);
    expect(countTests(join(directory, 'none.json'), 0).failed).toBe(1);
  });

  it('show what was skipped only where something was', () => {
    expect(formatCounts({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(formatCounts({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });
});

describe('the system check', () => {
  it.each([
    ['git version 2.39.5', [2, 39]],
    ['git version 2.50.1 (Apple Git-155)', [2, 50]],
    ['tmux 3.3a', [3, 3]],
    ['tmux next-3.6', [3, 6]],
    ['tmux master', null],
  ])('reads %s', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  it.each([
    ['tmux 3.3a', 'git version 2.39.5', undefined, 'linux', []],
    [null, 'git version 2.39.5', undefined, 'linux', []],
    [null, 'git version 2.39.5', 'tmux', 'linux', ['tmux']],
    [null, null, 'ptyhost', 'linux', ['git']],
    ['tmux 2.9', 'git version 2.39.5', undefined, 'linux', ['tmux']],
    ['tmux 2.9', 'git version 2.39.5', 'ptyhost', 'linux', []],
    ['tmux 2.9', 'git version 2.29.0', undefined, 'win32', ['git']],
  ])('with %s and %s for AO_RUNTIME=%s on %s lacks %j', (tmux, git, runtime, platform, lacking) => {
    const found = [
      { name: 'git', minimum: [2, 30], text: git },
      { name: 'tmux', minimum: [3, 3], text: tmux },
    ];
    expect(findLacking(found, { runtime, platform }).map(({ name }) => name)).toEqual(lacking);
  });

  it.each([
    ['darwin', '', 'brew install tmux'],
    ['linux', 'ID=ubuntu\nID_LIKE=debian', 'sudo apt-get update && sudo apt-get install -y tmux'],
    ['linux', 'ID=fedora', 'sudo dnf install -y tmux'],
    ['linux', 'ID=alpine', 'sudo apk add tmux'],
    ['linux', '', 'install tmux with your system’s package manager'],
  ])('says on %s %j: %s', (platform, osRelease, command) => {
    expect(installCommand(['tmux'], { platform, osRelease })).toBe(command);
  });

  it('refuses a Node that is too old, and says which one and what to do', () => {
    expect(() => assertNodeVersion('20.18.3')).toThrow('Node.js 20.18.3 is too old: Agent Orchestrator needs 20.19 or newer');
    expect(() => assertNodeVersion('20.19.0')).not.toThrow();
    expect(() => assertNodeVersion('24.0.1')).not.toThrow();
  });
});

describe('the lock', () => {
  it('lets one process at a time through, also past one that died holding it', async () => {
    const name = `test-${process.pid}`;
    const log = join(directory, 'log');
    const worker = (end) => `
      import { appendFileSync } from 'node:fs';
      const { withLock } = await import(${JSON.stringify(new URL('./lib/lock.mjs', import.meta.url).href)});
      await withLock(${JSON.stringify(name)}, { onWait: () => {} }, async () => {
        appendFileSync(${JSON.stringify(log)}, 'in\\n');
        ${end}
        await new Promise((resolve) => setTimeout(resolve, 300)); // the work
        appendFileSync(${JSON.stringify(log)}, 'out\\n');
      });`;
    const start = (end) => run(process.execPath, ['--input-type=module', '-e', worker(end)], { stdio: 'ignore' });
    expect((await start("process.kill(process.pid, 'SIGKILL');")).signal).toBe('SIGKILL');
    writeFileSync(log, '');
    const ends = await Promise.all([start(''), start(''), start('')]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in\nout\n'.repeat(3));
  }, 30_000);
});

describe('the lock file', () => {
  it('names the packages of every platform, so that `npm ci` accepts it everywhere', async () => {
    const { code } = await run(process.execPath, [join(ROOT, 'scripts/complete-lock.mjs'), '--check'], { stdio: 'ignore' });
    expect(code, 'node scripts/complete-lock.mjs, after every `npm install`').toBe(0);
  });
});
