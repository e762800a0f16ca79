import { expect, it } from 'vitest';
import { parseLaunchId } from '../../core/ids.ts';
import { eventually } from '../../testing/resources.ts';
import { createSystemClock } from './clock.ts';
import { createSecrets } from './secrets.ts';

it('runs a callback once after its delay, and not at all once cancelled', async () => {
  const clock = createSystemClock();
  const seen: string[] = [];
  const cancel = clock.after(5, () => seen.push('cancelled'));
  cancel();
  const before = clock.monotonicMs();
  await new Promise<void>((resolve) => {
    clock.after(20, () => {
      seen.push('ran');
      resolve();
    });
    // The clock's timers are unref'd; this keeps the process here meanwhile.
    setTimeout(() => {}, 50);
  });
  expect(seen).toEqual(['ran']);
  expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(19);
});

it('an aborted sleep ends at once', async () => {
  const clock = createSystemClock();
  const abort = new AbortController();
  const slept = clock.sleep(1_000_000, abort.signal);
  abort.abort();
  await slept;
  await clock.sleep(1_000_000, abort.signal);
});

it('a delay beyond what a timer can hold does not fire at once', async () => {
  const clock = createSystemClock();
  let fired = false;
  const cancel = clock.after(2 ** 40, () => {
    fired = true;
  });
  const startedAt = clock.monotonicMs();
  await eventually('some time has passed', () => clock.monotonicMs() - startedAt > 20);
  expect(fired).toBe(false);
  cancel();
});

it('makes ids that parse, tokens of 256 bits that differ, and sha-256 hashes', () => {
  const secrets = createSecrets();
  expect(parseLaunchId(secrets.newLaunchId())).not.toBeNull();
  expect(secrets.newMessageId()).not.toBe(secrets.newMessageId());
  expect(Buffer.from(secrets.newToken(), 'base64url')).toHaveLength(32);
  expect(secrets.newToken()).not.toBe(secrets.newToken());
  expect(secrets.hash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
