import { describe, expect, it } from 'vitest';
import { createGate } from '../testing/gate.ts';
import { outcomeOf } from '../testing/service-world.ts';
import { createOperations } from './operations.ts';

describe('operations', () => {
  it('names what runs, tells the start and the end of each by itself, and is idle when the last has ended, well or not', async () => {
    const operations = createOperations();
    const told: string[] = [];
    operations.onStart((name) => {
      told.push(`${name} starts`);
      return () => void told.push(`${name} ends`);
    });
    const [first, second] = [createGate(), createGate()];
    const spawning = operations.run('spawn', () => first.opened);
    const killing = operations.run('kill', async () => {
      await second.opened;
      throw new Error('no');
    });
    expect(operations.running()).toEqual(['spawn', 'kill']);
    let idle = false;
    const waiting = operations.whenIdle().then(() => (idle = true));
    first.open();
    await spawning;
    expect(idle).toBe(false);
    second.open();
    await expect(killing).rejects.toThrow('no');
    await waiting;
    expect(told).toEqual(['spawn starts', 'kill starts', 'spawn ends', 'kill ends']);
    expect(operations.running()).toEqual([]);
  });

  it('waits for what was begun by something that ran while it waited', async () => {
    const operations = createOperations();
    const later = createGate();
    let second: Promise<void> = Promise.resolve();
    const first = operations.run('first', async () => {
      second = operations.run('second', () => later.opened);
    });
    let idle = false;
    const waiting = operations.whenIdle().then(() => (idle = true));
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    expect(idle).toBe(false);
    later.open();
    await second;
    await waiting;
  });

  it('refuses new work once closed, lets the running end, and takes work again when reopened', async () => {
    const operations = createOperations();
    const gate = createGate();
    const running = operations.run('spawn', () => gate.opened);
    operations.close();
    expect(await outcomeOf(operations.run('kill', async () => undefined))).toBe('DAEMON_STOPPING');
    gate.open();
    expect(await outcomeOf(running)).toBe('ok');
    operations.reopen();
    expect(await outcomeOf(operations.run('kill', async () => undefined))).toBe('ok');
  });
});
