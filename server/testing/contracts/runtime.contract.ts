/** What every terminal runtime must do, the fake included. Each adapter's test calls this with a harness of its own. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../core/errors.ts';
import type { InstanceId, LaunchId, MessageId, ProjectId, RuntimeHandle, SessionId } from '../../core/ids.ts';
import type { DeathEvidence, Probe } from '../../core/session/probe.ts';
import type { LaunchSpec, Runtime } from '../../ports/runtime.ts';
import { eventually } from '../resources.ts';

export type Argv = LaunchSpec['argv'];

/** Where runtimes differ and may: each says how it does, here and nowhere else. */
export type RuntimeDifferences = {
  /** What it proves that a handle was never in use. */
  readonly neverWas: DeathEvidence;
  /** Lines that have scrolled away and are kept. */
  readonly historyLines: number;
  /** What `write` carries: any bytes, or text alone (a command of tmux takes keys, and half a character is none). */
  readonly input: 'bytes' | 'text';
};

export type RuntimeHarness = AsyncDisposable & {
  readonly differences: RuntimeDifferences;
  /** The adapter of the present "daemon". */
  readonly runtime: () => Runtime;
  /** Ends that daemon's adapter and makes a new one on the same data directory. */
  readonly reopen: () => Promise<Runtime>;
  /** The host dies as in a reboot. */
  readonly endHost: () => Promise<void>;
  /** The host of this handle hangs, and goes on. */
  readonly signalHost: (handle: RuntimeHandle, signal: 'SIGSTOP' | 'SIGCONT') => void;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly programs: {
    /** Runs on and echoes its input. */
    readonly stay: Argv;
    readonly print: (text: string) => Argv;
    readonly exit: (code: number, text?: string) => Argv;
    /** Ended by SIGKILL. */
    readonly die: Argv;
  };
};

const INSTANCE = '11111111-1111-4111-8111-111111111111' as InstanceId;
const PROBE = { limitMs: 10_000 };

export const newLaunchId = (): LaunchId => randomUUID() as LaunchId;
export const newMessageId = (): MessageId => randomUUID() as MessageId;

export function makeSpec(harness: RuntimeHarness, sessionId: string, patch: Partial<LaunchSpec> = {}): LaunchSpec {
  const launchId = patch.launchId ?? newLaunchId();
  return {
    handle: harness.runtime().handleFor(sessionId as SessionId, 0),
    instanceId: INSTANCE,
    projectId: 'app' as ProjectId,
    sessionId: sessionId as SessionId,
    argv: harness.programs.stay,
    env: { ...harness.env, AO_LAUNCH_ID: launchId },
    cwd: harness.cwd,
    size: { cols: 80, rows: 10 },
    ...patch,
    launchId,
  };
}

export async function probeOne(runtime: Runtime, handle: RuntimeHandle): Promise<Probe | undefined> {
  return (await runtime.probe([handle], PROBE)).byHandle.get(handle);
}

export async function untilState<S extends Probe['state']>(
  runtime: Runtime,
  handle: RuntimeHandle,
  state: S,
): Promise<Extract<Probe, { state: S }>> {
  let last: Probe | undefined;
  const wanted = async (): Promise<Extract<Probe, { state: S }> | null> => {
    last = await probeOne(runtime, handle);
    return last?.state === state ? (last as Extract<Probe, { state: S }>) : null;
  };
  return await eventually(() => `${handle} is ${state}; it is ${JSON.stringify(last)}`, wanted);
}

export async function untilShown(runtime: Runtime, handle: RuntimeHandle, text: string): Promise<string> {
  return await eventually(`${handle} shows ${text}`, async () => {
    const shown = await runtime.capture(handle, { historyLines: 1_000 });
    return shown.includes(text) ? shown : null;
  });
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (caught) {
    return typeof caught === 'object' && caught !== null && 'code' in caught ? String(caught.code) : `not an AppError: ${String(caught)}`;
  }
}

export function describeRuntimeContract(name: string, makeHarness: () => Promise<RuntimeHarness>): void {
  describe(`${name} keeps the runtime contract`, () => {
    it('answers a created session as alive, under its handle, with the tags it was given', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      const { byHandle, seen } = await harness.runtime().probe([spec.handle], PROBE);
      const tags = { instanceId: INSTANCE, sessionId: 'app-1', launchId: spec.launchId };
      expect(byHandle.get(spec.handle)).toMatchObject({ state: 'alive', tags });
      expect(seen).toEqual([{ handle: spec.handle, probe: byHandle.get(spec.handle) }]);
    });

    it('keeps sessions over the end of the daemon: the same process is adopted by a new adapter', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      const before = await probeOne(harness.runtime(), spec.handle);
      const next = await harness.reopen();
      expect(next.handleFor(spec.sessionId, 0)).toBe(spec.handle);
      expect(await probeOne(next, spec.handle)).toEqual(before);
    });

    it('answers what never was as dead', async () => {
      await using harness = await makeHarness();
      const handle = harness.runtime().handleFor('app-1' as SessionId, 0);
      expect(await probeOne(harness.runtime(), handle)).toEqual({ state: 'dead', evidence: harness.differences.neverWas });
    });

    it('answers a session that is not on an answering host as absent, and tells prefixes apart (app-1, app-15)', async () => {
      await using harness = await makeHarness();
      const long = makeSpec(harness, 'app-15');
      await harness.runtime().create(long);
      const short = harness.runtime().handleFor('app-1' as SessionId, 0);
      expect(await probeOne(harness.runtime(), short)).toEqual({ state: 'dead', evidence: 'absent' });
      expect(await codeOf(harness.runtime().capture(short, { historyLines: 0 }))).toBe('RUNTIME_NOT_FOUND');
      expect(await codeOf(harness.runtime().write(short, Buffer.from('x')))).toBe('RUNTIME_NOT_FOUND');
      expect(await codeOf(harness.runtime().resize(short, { cols: 80, rows: 24 }))).toBe('RUNTIME_NOT_FOUND');
      expect(await codeOf(harness.runtime().receipts(short))).toBe('RUNTIME_NOT_FOUND');
      await harness.runtime().destroy(short, newLaunchId());
      expect(await probeOne(harness.runtime(), long.handle)).toMatchObject({ state: 'alive' });
    });

    it('L7: answers every session of a host that died as gone with it, and starts a new host at the next create', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      await harness.endHost();
      expect(await untilState(harness.runtime(), spec.handle, 'dead')).toEqual({ state: 'dead', evidence: 'host_gone' });
      const again = makeSpec(harness, 'app-1');
      await harness.runtime().create(again);
      expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive', tags: { launchId: again.launchId } });
    });

    it('I9: answers a host that hangs as unknown, not as dead, and the same session once it goes on', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      const before = await probeOne(harness.runtime(), spec.handle);
      harness.signalHost(spec.handle, 'SIGSTOP');
      try {
        const look = { limitMs: 500 };
        expect((await harness.runtime().probe([spec.handle], look)).byHandle.get(spec.handle)).toMatchObject({ state: 'unknown' });
        const next = await harness.reopen();
        expect((await next.probe([spec.handle], look)).byHandle.get(spec.handle)).toMatchObject({ state: 'unknown' });
      } finally {
        harness.signalHost(spec.handle, 'SIGCONT');
      }
      await untilState(harness.runtime(), spec.handle, 'alive');
      expect(await probeOne(harness.runtime(), spec.handle)).toEqual(before);
    });

    it('reports an exit with its code, keeps the screen, and an end by signal with its name', async () => {
      await using harness = await makeHarness();
      const exits = makeSpec(harness, 'app-1', { argv: harness.programs.exit(7, 'last words') });
      const dies = makeSpec(harness, 'app-2', { argv: harness.programs.die });
      await harness.runtime().create(exits);
      await harness.runtime().create(dies);
      const exited = await untilState(harness.runtime(), exits.handle, 'exited');
      expect(exited).toMatchObject({ exit: { code: 7, signal: null }, tags: { launchId: exits.launchId } });
      expect(exited.exit.atMs).toBeGreaterThan(1_600_000_000_000);
      expect(await untilState(harness.runtime(), dies.handle, 'exited')).toMatchObject({ exit: { code: null, signal: 'SIGKILL' } });
      expect(await untilShown(harness.runtime(), exits.handle, 'last words')).toBe('last words');
    });

    it('restarts in place: other launch, same scrollback with the last visible screen in it, receipts forgotten', async () => {
      await using harness = await makeHarness();
      const exits = makeSpec(harness, 'app-1', { argv: harness.programs.exit(0, 'said in the first launch') });
      await harness.runtime().create(exits);
      await untilState(harness.runtime(), exits.handle, 'exited');
      await untilShown(harness.runtime(), exits.handle, 'said in the first launch');
      const second = makeSpec(harness, 'app-1', { argv: harness.programs.print('said in the second') });
      await harness.runtime().restart(second);
      expect(await probeOne(harness.runtime(), second.handle)).toMatchObject({ state: 'alive', tags: { launchId: second.launchId } });
      const shown = await untilShown(harness.runtime(), second.handle, 'said in the second');
      expect(shown).toMatch(/said in the first launch\n+said in the second/);
      expect(await harness.runtime().capture(second.handle, { historyLines: 0 })).not.toContain('first launch');
      expect(await harness.runtime().receipts(second.handle)).toEqual({ pasted: null, submitted: null });
    });

    it('refuses to restart what still runs, and what is not there', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      expect(await codeOf(harness.runtime().restart(makeSpec(harness, 'app-1')))).toBe('RUNTIME_HANDLE_TAKEN');
      expect(await codeOf(harness.runtime().restart(makeSpec(harness, 'app-2')))).toBe('RUNTIME_NOT_FOUND');
      expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive', tags: { launchId: spec.launchId } });
    });

    it('refuses a handle in use and leaves its holder as it is; the next attempt is another handle', async () => {
      await using harness = await makeHarness();
      const holder = makeSpec(harness, 'app-1');
      await harness.runtime().create(holder);
      const late = makeSpec(harness, 'app-1');
      expect(await codeOf(harness.runtime().create(late))).toBe('RUNTIME_HANDLE_TAKEN');
      expect(await probeOne(harness.runtime(), holder.handle)).toMatchObject({ state: 'alive', tags: { launchId: holder.launchId } });
      const other = harness.runtime().handleFor(late.sessionId, 1);
      await harness.runtime().create({ ...late, handle: other });
      expect(await probeOne(harness.runtime(), other)).toMatchObject({ state: 'alive', tags: { launchId: late.launchId } });
    });

    it('destroys a session once and is content when asked again', async () => {
      await using harness = await makeHarness();
      const [spec, beside] = [makeSpec(harness, 'app-1'), makeSpec(harness, 'app-2')];
      await harness.runtime().create(spec);
      await harness.runtime().create(beside);
      await harness.runtime().destroy(spec.handle, spec.launchId);
      await harness.runtime().destroy(spec.handle, spec.launchId);
      expect(await probeOne(harness.runtime(), spec.handle)).toEqual({ state: 'dead', evidence: 'absent' });
      expect(await probeOne(harness.runtime(), beside.handle)).toMatchObject({ state: 'alive' });
    });

    it('destroys an exited session, and none of a host that is gone', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1', { argv: harness.programs.exit(1) });
      await harness.runtime().create(spec);
      await untilState(harness.runtime(), spec.handle, 'exited');
      await harness.runtime().destroy(spec.handle, spec.launchId);
      expect(await probeOne(harness.runtime(), spec.handle)).toEqual({ state: 'dead', evidence: 'absent' });
      await harness.endHost();
      await untilState(harness.runtime(), spec.handle, 'dead');
      await harness.runtime().destroy(spec.handle, spec.launchId);
    });

    it('leaves a session alone that carries another launch id', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      await harness.runtime().destroy(spec.handle, newLaunchId());
      expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive', tags: { launchId: spec.launchId } });
    });

    it('types bytes and shows what came of them', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      await harness.runtime().write(spec.handle, Buffer.from('grüße 世界'));
      expect(await untilShown(harness.runtime(), spec.handle, 'grüße 世界')).toBe('grüße 世界');
    });

    it('S8: shows many screens in one look, in colour, each its own, and leaves out what is not there', async () => {
      await using harness = await makeHarness();
      const red = makeSpec(harness, 'app-1', { argv: harness.programs.print('\u001b[31mred\u001b[0m plain') });
      const exited = makeSpec(harness, 'app-2', { argv: harness.programs.exit(3, '\u001b[1mthe end') });
      const silent = makeSpec(harness, 'app-3', { size: { cols: 40, rows: 5 } });
      const missing = harness.runtime().handleFor('app-4' as SessionId, 0);
      const noHandle = 'no handle at all' as RuntimeHandle;
      expect(await harness.runtime().screens([red.handle, missing])).toEqual(new Map());
      for (const spec of [red, exited, silent]) await harness.runtime().create(spec);
      await untilShown(harness.runtime(), red.handle, 'red plain');
      await untilState(harness.runtime(), exited.handle, 'exited');
      await harness.runtime().resize(red.handle, { cols: 60, rows: 10 });
      const screens = await harness.runtime().screens([missing, silent.handle, noHandle, red.handle, exited.handle]);
      expect(new Set(screens.keys())).toEqual(new Set([silent.handle, red.handle, exited.handle]));
      expect(screens.get(red.handle)?.text).toMatch(/^\u001b\[(?:0;)?31mred\u001b\[(?:0|39)m plain\s*$/);
      expect(screens.get(exited.handle)?.text).toContain('the end');
      expect(screens.get(silent.handle)?.text.trim()).toBe('');
      expect([red, silent].map(({ handle }) => screens.get(handle)?.cols)).toEqual([60, 40]);
      expect(await harness.runtime().screens([])).toEqual(new Map());
    });

    it('shows every row of its history in pages that join, in colour, while more is printed', async () => {
      await using harness = await makeHarness();
      const lines = Array.from({ length: 9_000 }, (_, index) => `l${index + 1}`);
      const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print(lines.join('\n')) });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, 'l9000');
      const newest = await harness.runtime().history(spec.handle, { from: null, rows: 1_000, anchor: null });
      expect([newest.cols, newest.rows, newest.first + newest.rows]).toEqual([80, 1_000, newest.total]);
      const older: string[] = [];
      for (let end = newest.first; end > 0; ) {
        const from = Math.max(0, end - 1_000);
        const page = await harness.runtime().history(spec.handle, { from, rows: end - from, anchor: newest.first });
        expect(page).toMatchObject({ first: from, rows: end - from, anchor: newest.anchor, screen: null });
        older.unshift(page.text);
        await harness.runtime().write(spec.handle, Buffer.from('more\n'));
        end = from;
      }
      const shown = [...older, newest.text, newest.screen].join('').trimEnd().split('\n');
      expect(shown.length).toBeGreaterThan(4_000);
      expect(shown).toEqual(lines.slice(-shown.length));
    });

    it('answers rows that are not there with what there is, and a history that is not with NOT_FOUND', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print('only this') });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, 'only this');
      for (const from of [null, 0, 7_000]) {
        const page = await harness.runtime().history(spec.handle, { from, rows: 1_000, anchor: 9_000 });
        expect(page).toMatchObject({ total: 0, first: 0, rows: 0, text: '' });
        expect(page.screen?.trimEnd()).toBe('only this');
      }
      const nowhere = harness.runtime().handleFor('app-2' as SessionId, 0);
      expect(await codeOf(harness.runtime().history(nowhere, { from: null, rows: 10, anchor: null }))).toBe('RUNTIME_NOT_FOUND');
    });

    it('T7: takes sizes from 2 to 1000 and refuses everything else', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      await harness.runtime().resize(spec.handle, { cols: 2, rows: 2 });
      await harness.runtime().resize(spec.handle, { cols: 423, rows: 51 });
      for (const bad of [0, -1, 1, 65_535, Number.NaN, 80.5, '80' as unknown as number]) {
        expect(await codeOf(harness.runtime().resize(spec.handle, { cols: bad, rows: 24 }))).toBe('BAD_INPUT');
        expect(await codeOf(harness.runtime().resize(spec.handle, { cols: 80, rows: bad }))).toBe('BAD_INPUT');
      }
    });

    it('D2, L1: pastes and submits a message once, and its receipts outlive the daemon', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1');
      await harness.runtime().create(spec);
      const id = newMessageId();
      expect(await harness.runtime().receipts(spec.handle)).toEqual({ pasted: null, submitted: null });
      await harness.runtime().paste(spec.handle, spec.launchId, { id, text: 'one two' });
      await untilShown(harness.runtime(), spec.handle, 'one two');
      const next = await harness.reopen();
      expect(await next.receipts(spec.handle)).toEqual({ pasted: id, submitted: null });
      await next.paste(spec.handle, spec.launchId, { id, text: 'one two' });
      await next.submit(spec.handle, spec.launchId, id);
      await next.submit(spec.handle, spec.launchId, id);
      expect(await next.receipts(spec.handle)).toEqual({ pasted: id, submitted: id });
      const second = newMessageId();
      await next.paste(spec.handle, spec.launchId, { id: second, text: 'the end' });
      expect(await untilShown(next, spec.handle, 'the end')).toBe('one two\nthe end');
      expect(await next.receipts(spec.handle)).toEqual({ pasted: second, submitted: id });
    });

    it('D1: pastes nothing into another launch, an exited program, or nothing at all, and the host lives on', async () => {
      await using harness = await makeHarness();
      const [alive, exited] = [makeSpec(harness, 'app-1'), makeSpec(harness, 'app-2', { argv: harness.programs.exit(0) })];
      await harness.runtime().create(alive);
      await harness.runtime().create(exited);
      await untilState(harness.runtime(), exited.handle, 'exited');
      const message = { id: newMessageId(), text: 'rm -rf precious' };
      const nowhere = harness.runtime().handleFor('app-3' as SessionId, 0);
      for (const [handle, launchId] of [
        [alive.handle, newLaunchId()],
        [exited.handle, exited.launchId],
        [nowhere, newLaunchId()],
      ] as const) {
        expect(await codeOf(harness.runtime().paste(handle, launchId, message))).toBe('RUNTIME_NOT_FOUND');
        expect(await codeOf(harness.runtime().submit(handle, launchId, message.id))).toBe('RUNTIME_NOT_FOUND');
      }
      expect(await harness.runtime().receipts(alive.handle)).toEqual({ pasted: null, submitted: null });
      expect(await harness.runtime().capture(alive.handle, { historyLines: 100 })).toBe('');
      expect(await probeOne(harness.runtime(), alive.handle)).toMatchObject({ state: 'alive' });
    });

    it('revoking is idempotent and does nothing to what runs', async () => {
      await using harness = await makeHarness();
      const spec = makeSpec(harness, 'app-1', { argv: harness.programs.print('running') });
      await harness.runtime().create(spec);
      await untilShown(harness.runtime(), spec.handle, 'running');
      await harness.runtime().revoke(spec.launchId);
      await harness.runtime().revoke(spec.launchId);
      expect(await probeOne(harness.runtime(), spec.handle)).toMatchObject({ state: 'alive' });
    });

    it('fails with an AppError that says what to do', async () => {
      await using harness = await makeHarness();
      try {
        await harness.runtime().capture(harness.runtime().handleFor('app-9' as SessionId, 0), { historyLines: 0 });
        expect.unreachable();
      } catch (caught) {
        expect(isAppError(caught, 'RUNTIME_NOT_FOUND') && caught.hint.length > 0).toBe(true);
      }
    });
  });
}
