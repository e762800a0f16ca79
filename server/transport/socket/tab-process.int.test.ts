import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { type HttpDaemon, type HttpDaemonOptions, startHttpDaemon } from '../../testing/http-daemon.ts';
import { eventually } from '../../testing/resources.ts';

const CHILD = fileURLToPath(new URL('./tab.child.ts', import.meta.url));

let daemon: HttpDaemon;
let child: ChildProcess;
afterEach(async () => {
  child.kill('SIGKILL');
  await daemon.close();
});

async function startWithTab(options: HttpDaemonOptions): Promise<void> {
  daemon = await startHttpDaemon({ owner: 'app', ...options });
  child = spawn(process.execPath, ['--import', 'tsx', CHILD, String(daemon.port), JSON.stringify(daemon.pairBrowser())], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout ?? child, 'data');
  expect(daemon.watchdog.snapshot().holders).toHaveLength(1);
}

it('L3, L4: a browser that is killed is the same as a tab that is closed: a full grace, then the stop', async () => {
  await startWithTab({ graceMs: 1_000 });
  child.kill('SIGKILL');
  const killedAtMs = Date.now();
  const { graceEndsAtMs } = await eventually('the grace begins', () => {
    const now = daemon.watchdog.snapshot();
    return now.mode === 'grace' && now;
  });
  expect((graceEndsAtMs ?? 0) - killedAtMs).toBeGreaterThan(900);
  await eventually('the daemon stops', () => daemon.decidedStops.length === 1);
});

it('L4: a browser that is stopped is held on to until it has not answered for the whole ping', async () => {
  await startWithTab({ graceMs: 60_000, ping: { pingInterval: 300, pingTimeout: 1_500 } });
  child.kill('SIGSTOP');
  const stoppedAtMs = performance.now();
  await eventually('it is given up', () => daemon.watchdog.snapshot().mode === 'grace');
  expect(performance.now() - stoppedAtMs).toBeGreaterThan(1_400);
  expect(daemon.decidedStops).toEqual([]);
  // It finds its line closed, and is counted again.
  child.kill('SIGCONT');
});
