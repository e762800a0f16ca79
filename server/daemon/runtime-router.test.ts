import { describe, expect, it } from 'vitest';
import type { LaunchId, RuntimeHandle } from '../core/ids.ts';
import type { RuntimeKind } from '../core/session/session.ts';
import { chooseRuntime, kindOfHandle } from './runtime-choice.ts';
import { type AnyRuntime, createRuntimeRouter } from './runtime-router.ts';

const [TMUX, PTY] = ['/data/tmux/s.sock:app-1', 'ptyhost:app-2'] as [RuntimeHandle, RuntimeHandle];
const LAUNCH = '22222222-2222-4222-8222-222222222222' as LaunchId;

describe('the choice of a runtime', () => {
  it.each([
    [null, 'linux', 'found', 'tmux'],
    [null, 'darwin', 'found', 'tmux'],
    [null, 'linux', 'missing', 'ptyhost'],
    [null, 'win32', 'found', 'ptyhost'],
    ['ptyhost', 'linux', 'found', 'ptyhost'],
    ['tmux', 'linux', 'missing', 'tmux'],
  ] as const)('asked for %s on %s with tmux %s: %s', (asked, platform, tmux, chosen) => {
    expect(chooseRuntime(asked, { platform, tmux })).toBe(chosen);
  });
});

describe('the router of runtimes', () => {
  function stand(chosen: RuntimeKind, used: readonly RuntimeKind[] = []) {
    const calls: string[] = [];
    const make = (kind: RuntimeKind): AnyRuntime =>
      new Proxy({ kind } as AnyRuntime, {
        get(target, name: keyof AnyRuntime) {
          if (name === 'kind') return target.kind;
          return (first: unknown) => {
            calls.push(`${kind}.${name}`);
            if (name === 'handleFor') return `${kind}-handle`;
            const handles = first as readonly RuntimeHandle[];
            if (name === 'screens') return Promise.resolve(new Map(handles.map((handle) => [handle, { cols: 80, text: kind }])));
            if (name !== 'probe') return Promise.resolve();
            const probe = { state: 'dead', evidence: kind === 'tmux' ? 'host_gone' : 'absent' } as const;
            return Promise.resolve({ byHandle: new Map(handles.map((handle) => [handle, probe])), seen: [] });
          };
        },
      });
    const router = createRuntimeRouter({
      chosen,
      runtimes: { tmux: make('tmux'), ptyhost: make('ptyhost') },
      wasUsed: (kind) => used.includes(kind),
    });
    return { router, calls };
  }

  it('gives new sessions the chosen runtime, and each session its own', async () => {
    const { router, calls } = stand('ptyhost');
    expect([router.kind, router.handleFor('app-1' as never, 0)]).toEqual(['ptyhost', 'ptyhost-handle']);
    await router.assertInstalled();
    for (const handle of [TMUX, PTY]) {
      await router.create({ handle } as never);
      await router.restart({ handle } as never);
      await router.destroy(handle, LAUNCH);
      await router.capture(handle, { historyLines: 0 });
      await router.history(handle, { from: null, rows: 1, anchor: null });
      await router.write(handle, new Uint8Array());
      await router.resize(handle, { cols: 80, rows: 24 });
      await router.paste(handle, LAUNCH, { id: 'm' as never, text: '' });
      await router.submit(handle, LAUNCH, 'm' as never);
      await router.receipts(handle);
      await router.attach(handle, { onData: () => undefined, onEnd: () => undefined });
    }
    const verbs = ['create', 'restart', 'destroy', 'capture', 'history', 'write', 'resize', 'paste', 'submit', 'receipts', 'attach'];
    expect(calls).toEqual([
      'ptyhost.handleFor',
      'ptyhost.assertInstalled',
      ...verbs.map((verb) => `tmux.${verb}`),
      ...verbs.map((verb) => `ptyhost.${verb}`),
    ]);
    expect([kindOfHandle(TMUX), kindOfHandle(PTY)]).toEqual(['tmux', 'ptyhost']);
  });

  it('shows the screens of both kinds together', async () => {
    const { router } = stand('tmux');
    const screens = await router.screens([PTY, TMUX]);
    expect([screens.size, screens.get(TMUX)?.text, screens.get(PTY)?.text]).toEqual([2, 'tmux', 'ptyhost']);
  });

  it('fences a launch wherever it may be, and closes both', async () => {
    const { router, calls } = stand('tmux');
    await router.revoke(LAUNCH);
    await router.close();
    expect(calls.toSorted()).toEqual(['ptyhost.close', 'ptyhost.revoke', 'tmux.close', 'tmux.revoke']);
  });

  it('connects to what was used, before it is looked at', () => {
    const { router, calls } = stand('ptyhost', ['tmux']);
    router.connect();
    expect(calls).toEqual(['tmux.connect']);
  });

  it('looks at both in one look, and not at one that was never used', async () => {
    const both = stand('tmux');
    const { byHandle } = await both.router.probe([TMUX, PTY], { limitMs: 1 });
    expect([byHandle.get(TMUX), byHandle.get(PTY)]).toEqual([
      { state: 'dead', evidence: 'host_gone' },
      { state: 'dead', evidence: 'absent' },
    ]);
    const alone = stand('ptyhost');
    await alone.router.probe([PTY], { limitMs: 1 });
    expect(alone.calls).toEqual(['ptyhost.probe']);
    const left = stand('ptyhost', ['tmux']);
    await left.router.probe([], { limitMs: 1 });
    expect(left.calls.toSorted()).toEqual(['ptyhost.probe', 'tmux.probe']);
  });
});
