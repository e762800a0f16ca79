import { describe, expect, it } from 'vitest';
import type { TerminalWatchers } from '../core/terminal/watchers.ts';
import { createFakeWire } from '../testing/fakes/terminal-wire.ts';
import type { AttachState } from './attach-state.ts';
import type { InputRest } from './input-sequencer.ts';
import { createTerminalLink } from './terminal-link.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function world(start: 'up' | 'down' = 'up') {
  const wire = createFakeWire(start);
  const screen: string[] = [];
  const written: (() => void)[] = [];
  const states: AttachState[] = [];
  const cut: InputRest[] = [];
  const seen: (TerminalWatchers | null)[] = [];
  let refusals = 0;
  const timers: { readonly atMs: number; readonly run: () => void }[] = [];
  let nowMs = 0;
  let room = { cols: 100, rows: 30, visible: true };
  const link = createTerminalLink({
    sessionId: 'app-1',
    access: 'full',
    wire,
    clock: {
      nowMs: () => nowMs,
      after: (ms, run) => {
        const timer = { atMs: nowMs + ms, run };
        timers.push(timer);
        return () => {
          const at = timers.indexOf(timer);
          if (at >= 0) timers.splice(at, 1);
        };
      },
    },
    screen: {
      room: () => room,
      resize: (cols, rows) => screen.push(`${cols}x${rows}`),
      replay: (data, done) => {
        screen.push(`=${new TextDecoder().decode(data)}`);
        written.push(done);
      },
      write: (data, done) => {
        screen.push(`+${new TextDecoder().decode(data)}`);
        written.push(done);
      },
    },
    onState: (state) => states.push(state),
    onWatchers: (watchers) => seen.push(watchers),
    onInputRefused: () => {
      refusals += 1;
    },
    onInputCut: (rest) => cut.push(rest),
  });
  link.open();
  return {
    wire,
    screen,
    states,
    cut,
    seen,
    refusals: () => refusals,
    link,
    setRoom: (next: typeof room) => {
      room = next;
    },
    workOff: () => {
      for (const done of written.splice(0)) done();
    },
    turn: (ms: number) => {
      nowMs += ms;
      for (const timer of timers.filter(({ atMs }) => atMs <= nowMs)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.run();
      }
    },
    attach: async (attachId: string, size = { cols: 100, rows: 30 }) => {
      wire.attaching.at(-1)?.answer({ ok: true, value: { attachId, sessionId: 'app-1', ...size } });
      await settled();
    },
  };
}

describe('a terminal’s connection', () => {
  it('attaches with the page’s size, takes the daemon’s, and shows the snapshot before what follows', async () => {
    const { wire, screen, link, attach } = world();
    expect(wire.attaching[0]?.input).toEqual({ session: 'app-1', access: 'full', sized: false, cols: 100, rows: 30, visible: true });
    await attach('a', { cols: 80, rows: 24 });
    wire.say.onOutput({ attachId: 'a', kind: 'snapshot', data: bytes('screen') });
    wire.say.onOutput({ attachId: 'a', kind: 'data', data: bytes('more') });
    expect(screen).toEqual(['80x24', '=screen', '+more']);
    expect(link.state().phase.kind).toBe('attached');
  });

  it('keeps output that overtakes the answer, and drops what belongs to nobody (T3)', async () => {
    const { wire, screen, attach } = world();
    wire.say.onOutput({ attachId: 'a', kind: 'snapshot', data: bytes('screen') });
    wire.say.onOutput({ attachId: 'other', kind: 'data', data: bytes('foreign') });
    await attach('a');
    wire.say.onOutput({ attachId: 'old', kind: 'data', data: bytes('late') });
    expect(screen).toEqual(['100x30', '=screen']);
  });

  it('acknowledges output when the terminal has worked it off, not when it came (T2)', async () => {
    const { wire, attach, workOff, turn } = world();
    await attach('a');
    wire.say.onOutput({ attachId: 'a', kind: 'data', data: new Uint8Array(30_000) });
    turn(1_000);
    expect(wire.acks).toEqual([]);
    workOff();
    expect(wire.acks).toEqual([{ attachId: 'a', bytes: 30_000 }]);
  });

  it('types nothing while it is not attached, and types none of it later', async () => {
    const { wire, link, attach } = world();
    expect(link.type(bytes('early'))).toBe('locked');
    expect(link.paste([bytes('x')].values(), () => undefined)).toBe('locked');
    await attach('a');
    expect(link.type(bytes('now'))).toBe('sent');
    expect(wire.typed()).toBe('now');
    wire.say.onLink('down', 'cut');
    expect(link.type(bytes('late'))).toBe('locked');
    wire.say.onLink('up', '');
    await attach('b');
    expect(wire.typed()).toBe('now');
  });

  it('types nothing while another one keeps the keyboard or it only looks itself, and says what it is told', async () => {
    const { wire, link, attach, seen } = world();
    await attach('a');
    const kept: TerminalWatchers = { people: [], keyboard: { kind: 'kept', by: 'phone', state: 'here' } };
    wire.say.onWatchers({ attachId: 'old', people: [], keyboard: { kind: 'yours' } });
    wire.say.onWatchers({ attachId: 'a', ...kept });
    expect([link.type(bytes('x')), link.paste([bytes('x')].values(), () => undefined), seen]).toEqual(['locked', 'locked', [kept]]);
    wire.say.onWatchers({ attachId: 'a', people: [], keyboard: { kind: 'yours' } });
    expect(link.type(bytes('y'))).toBe('sent');
    link.keyboard('only-look');
    expect([link.type(bytes('z')), wire.words]).toEqual(['locked', [{ attachId: 'a', word: 'only-look' }]]);
    wire.say.onLink('down', 'cut');
    expect(seen.at(-1)).toBeNull();
    wire.say.onLink('up', '');
    await attach('b');
    expect([wire.attaching.at(-1)?.input.access, wire.typed()]).toEqual(['read-only', 'y']);
  });

  it('T7: says when it attaches anew that it was the one that sizes, and only then', async () => {
    const { wire, attach, turn } = world();
    const people = (sizes: boolean): TerminalWatchers['people'] =>
      [true, false].map((self) => ({
        number: self ? 1 : 2,
        name: 'Chromium',
        place: 'browser',
        self,
        visible: true,
        access: 'full',
        sizes: self === sizes,
        keyboard: false,
      }));
    const cutWhile = async (sizes: boolean): Promise<boolean | undefined> => {
      await attach('a');
      wire.say.onWatchers({ attachId: 'a', people: people(sizes), keyboard: { kind: 'free' } });
      wire.say.onLink('down', 'cut');
      wire.say.onLink('up', '');
      turn(60_000);
      return wire.attaching.at(-1)?.input.sized;
    };
    expect([await cutWhile(true), await cutWhile(false)]).toEqual([true, false]);
  });

  it('input that was refused meanwhile is not typed later, its paste has ended, and the attach goes on', async () => {
    const { wire, link, attach, refusals } = world();
    await attach('a');
    let pastes = 0;
    const endless = (function* () {
      for (;;) yield new Uint8Array(65_536);
    })();
    link.paste(endless, () => (pastes += 1));
    const sent = wire.inputs.length;
    const error = { code: 'KEYBOARD_KEPT', message: 'Nothing was typed.', hint: '' } as const;
    for (const { answer } of wire.inputs.slice(0, sent)) answer({ ok: false, error });
    expect([link.state().phase.kind, wire.inputs.length, pastes, refusals()]).toEqual(['attached', sent, 1, sent]);
    link.type(bytes('x'));
    expect(wire.inputs.at(-1)?.input).toMatchObject({ seq: sent + 1 });
  });

  it('after a cut attaches anew, numbers from 1 again, repeats no key and says which ones are uncertain (T3)', async () => {
    const { wire, link, cut, attach, screen } = world();
    await attach('a');
    link.type(bytes('ls'));
    link.type(bytes('\r'));
    wire.inputs[0]?.answer({ ok: true, value: { seq: 1 } });
    wire.say.onLink('down', 'The connection to the daemon was cut');
    expect(link.state().phase).toMatchObject({ kind: 'reconnecting', why: 'The connection to the daemon was cut' });
    expect(cut).toEqual([{ unconfirmedBytes: 1, unsentBytes: 0, pasteCut: false }]);
    wire.say.onLink('up', '');
    await attach('b');
    wire.say.onOutput({ attachId: 'b', kind: 'snapshot', data: bytes('same screen') });
    link.type(bytes('x'));
    expect(wire.inputs.map(({ input }) => [input.attachId, input.seq])).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ]);
    expect(screen.at(-1)).toBe('=same screen');
  });

  it('does not acknowledge to a new attach what an older one showed (T2, T3)', async () => {
    const { wire, attach, workOff, turn } = world();
    await attach('a');
    wire.say.onOutput({ attachId: 'a', kind: 'data', data: new Uint8Array(20_000) });
    wire.say.onLink('down', 'cut');
    wire.say.onLink('up', '');
    await attach('b');
    workOff();
    turn(1_000);
    expect(wire.acks).toEqual([]);
  });

  it('gives back an attach whose answer came too late', async () => {
    const { wire, link, turn } = world();
    wire.attaching[0]?.fail();
    await settled();
    turn(0);
    expect(wire.attaching).toHaveLength(2);
    wire.say.onLink('down', 'cut');
    wire.attaching[1]?.answer({ ok: true, value: { attachId: 'late', sessionId: 'app-1', cols: 80, rows: 24 } });
    await settled();
    expect(wire.detached).toEqual(['late']);
    expect(link.state().phase.kind).toBe('reconnecting');
  });

  it('attaches anew when the daemon refuses input, so that the numbers agree again', async () => {
    const { wire, link, turn, attach, cut } = world();
    await attach('a');
    link.type(bytes('x'));
    wire.inputs[0]?.answer({ ok: false, error: { code: 'BAD_INPUT', message: 'Out of order', hint: '' } });
    expect(cut).toHaveLength(1);
    expect(wire.detached).toEqual(['a']);
    turn(0);
    await attach('b');
    expect(link.state().phase).toMatchObject({ kind: 'attached', attachId: 'b' });
  });

  it('tells a size only when it changed', async () => {
    const { wire, link, setRoom, attach } = world();
    await attach('a');
    link.claimSize('changed');
    expect(wire.resizes).toEqual([]);
    setRoom({ cols: 90, rows: 20, visible: true });
    link.claimSize('changed');
    link.claimSize('changed');
    expect(wire.resizes).toEqual([{ attachId: 'a', cols: 90, rows: 20, visible: true }]);
    link.claimSize('asked');
    expect(wire.resizes).toHaveLength(2);
  });

  it('gives the size up when nobody sees it, and takes it again when somebody does', async () => {
    const { wire, link, setRoom, attach } = world();
    await attach('a');
    setRoom({ cols: 100, rows: 30, visible: false });
    link.claimSize('changed');
    link.claimSize('changed');
    setRoom({ cols: 100, rows: 30, visible: true });
    link.claimSize('changed');
    expect(wire.resizes.map(({ visible }) => visible)).toEqual([false, true]);
  });

  it('tells a size that changed while it attached', async () => {
    const { wire, setRoom, attach } = world();
    setRoom({ cols: 90, rows: 20, visible: true });
    await attach('a');
    expect(wire.resizes).toEqual([{ attachId: 'a', cols: 90, rows: 20, visible: true }]);
  });

  it('keeps the last screen when the agent exits, and comes back when it is launched again', async () => {
    const { wire, link, attach, cut } = world();
    await attach('a');
    link.type(bytes('exit\r'));
    wire.say.onEnded({ attachId: 'a', why: 'exited', exitCode: 7 });
    expect(link.state().phase).toEqual({ kind: 'exited', exitCode: 7 });
    expect(cut).toHaveLength(0);
    expect(link.type(bytes('x'))).toBe('locked');
    link.relaunched();
    expect(wire.attaching).toHaveLength(2);
  });

  it('is silent once it is closed', async () => {
    const { wire, link, attach, states } = world();
    await attach('a');
    link.close();
    const count = states.length;
    wire.say.onLink('down', 'cut');
    wire.say.onLink('up', '');
    expect(wire.detached).toEqual(['a']);
    expect(states).toHaveLength(count);
    expect(wire.attaching).toHaveLength(1);
  });
});
