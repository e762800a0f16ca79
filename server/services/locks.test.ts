import { describe, expect, it } from 'vitest';
import { createGate } from '../testing/gate.ts';
import { createKeyedLocks } from './locks.ts';

describe('keyed locks', () => {
  it('run one operation at a time for a key, in order of arrival, and different keys beside each other', async () => {
    const locks = createKeyedLocks<'a' | 'b'>();
    const gate = createGate();
    const order: string[] = [];
    const first = locks.run('a', async () => {
      await gate.opened;
      order.push('a1');
    });
    const second = locks.run('a', async () => void order.push('a2'));
    const third = locks.run('a', async () => void order.push('a3'));
    await locks.run('b', async () => void order.push('b1'));
    gate.open();
    await Promise.all([first, second, third]);
    expect(order).toEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('give a failure to its own caller only, and go on', async () => {
    const locks = createKeyedLocks<'a'>();
    const failing = locks.run('a', async () => {
      throw new Error('no');
    });
    const next = locks.run('a', async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });

  it('know who is busy, those that wait included, and forget a key that is free', async () => {
    const locks = createKeyedLocks<'a' | 'b'>();
    const gate = createGate();
    const held = locks.run('a', () => gate.opened);
    const waiting = locks.run('a', async () => undefined);
    expect(locks.busy()).toEqual(new Set(['a']));
    gate.open();
    await held;
    expect(locks.busy()).toEqual(new Set(['a']));
    await waiting;
    expect(locks.busy()).toEqual(new Set());
  });
});
