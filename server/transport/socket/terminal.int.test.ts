/** Terminals over a real socket.io connection: a tab of the dashboard, the hub, and a real tmux behind it. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  TERMINAL_LIMITS,
  type TerminalAttached,
  type TerminalEnded,
  type TerminalHistory,
  type TerminalSized,
} from '../../contract/socket.ts';
import type { TerminalHistories, TerminalService, TerminalViewer } from '../../ports/terminal.ts';
import { createTerminalHistories } from '../../services/terminal/history.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { startHttpDaemon } from '../../testing/http-daemon.ts';
import { eventually } from '../../testing/resources.ts';
import { WHY } from '../../testing/store-facts.ts';
import { openTab, type Tab } from '../../testing/tab.ts';
import { makeTerminalStand, STAND_SIZE } from '../../testing/terminal-stand.ts';
import { createTestViewer } from '../../testing/terminal-viewer.ts';
import { MAX_ATTACHES, registerTerminalHandlers } from './terminal.ts';
import { MAX_PAGES_AT_ONCE, registerHistoryHandler } from './terminal-history.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const NO_HISTORIES: TerminalHistories = { read: () => Promise.reject(new Error('nobody reads back here')) };

async function openDashboard(terminals: TerminalService, histories = NO_HISTORIES): Promise<Tab> {
  const log = createRecordingLog();
  const daemon = await startHttpDaemon({
    attendTerminals(socket) {
      registerTerminalHandlers({ socket, terminals, log });
      registerHistoryHandler({ socket, histories, log });
    },
  });
  cleanups.push(() => daemon.close());
  const tab = openTab(daemon.port, daemon.pairBrowser());
  cleanups.push(() => tab.leave());
  await tab.hears('not_counted');
  return tab;
}

const ask = <T>(tab: Tab, event: 'terminal.attach' | 'terminal.input' | 'terminal.history', input: unknown): Promise<Answer<T>> =>
  new Promise((resolve) => tab.socket.emit(event, input, resolve as never));

async function attach(tab: Tab, input: object): Promise<TerminalAttached> {
  const answer = await ask<TerminalAttached>(tab, 'terminal.attach', { cols: STAND_SIZE.cols, rows: STAND_SIZE.rows, ...input });
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

async function refusal(answer: Promise<Answer<unknown>>): Promise<string> {
  const got = await answer;
  return got.ok ? 'none' : got.error.code;
}

/** As the page does it: draws what comes and acknowledges what is drawn. */
function watch(tab: Tab) {
  const shown = createTestViewer(STAND_SIZE);
  const ended: TerminalEnded[] = [];
  const sized: TerminalSized[] = [];
  tab.socket.on('terminal.output', ({ attachId, data }) => {
    const bytes = new Uint8Array(data);
    shown.terminal.write(bytes, () => tab.socket.emit('terminal.ack', { attachId, bytes: bytes.length }));
  });
  tab.socket.on('terminal.ended', (end) => void ended.push(end));
  tab.socket.on('terminal.sized', (size) => void sized.push(size));
  return { shown, ended, sized };
}

/** Terminals that only note what is asked of them. */
function createNotingTerminals() {
  const noted: string[] = [];
  let opened = 0;
  let open: () => void = () => undefined;
  let gate: Promise<void> = Promise.resolve();
  const terminals: TerminalService = {
    async view({ session, visibility }) {
      opened += 1;
      const id = `attach-${opened}`;
      noted.push(`view ${session.by === 'id' ? session.id : session.projectId} ${visibility}`);
      await gate;
      const viewer: TerminalViewer = {
        attachId: id,
        sessionId: 'app-1' as never,
        size: STAND_SIZE,
        begin: () => void noted.push(`begin ${id}`),
        input: async (seq, data) => void noted.push(`input ${seq} ${data.length}`),
        resize: (size, seen) => void noted.push(`resize ${size.cols}x${size.rows} ${seen}`),
        keyboard: (word) => void noted.push(`keyboard ${word}`),
        ack: (bytes) => void noted.push(`ack ${bytes}`),
        detach: () => void noted.push(`detach ${id}`),
      };
      return viewer;
    },
  };
  return {
    terminals,
    noted,
    hold: () => (gate = new Promise((resolve) => (open = resolve))),
    release: () => open(),
  };
}

describe('terminals over a socket', () => {
  it('attaches, shows, types, resizes, and says how it ended', async () => {
    await using stand = await makeTerminalStand({ kind: 'tmux' });
    const tab = await openDashboard(stand.hub);
    const spec = await stand.run('app-1', ['/bin/sh', '-c', 'printf "hello 世界\\r\\n"; exec cat']);
    const { shown, ended, sized } = watch(tab);
    const { attachId, sessionId, ...size } = await attach(tab, { session: 'app-1' });
    expect([sessionId, size]).toEqual(['app-1', STAND_SIZE]);
    await eventually('it is shown', () => shown.text() === 'hello 世界');
    expect(await ask(tab, 'terminal.input', { attachId, seq: 1, data: Buffer.from('typed') })).toEqual({ ok: true, value: { seq: 1 } });
    await eventually('it is echoed', () => shown.text() === 'hello 世界\ntyped');
    expect(await refusal(ask(tab, 'terminal.input', { attachId, seq: 3, data: Buffer.from('x') }))).toBe('BAD_INPUT');
    tab.socket.emit('terminal.resize', { attachId, cols: 100, rows: 30 });
    await eventually('it is told', () => sized.at(-1)?.cols === 100);
    await stand.end('its session is ended', spec);
    await eventually('it is told', () => ended.length > 0);
    expect(ended).toEqual([{ attachId, why: 'gone', exitCode: null }]);
    expect(await refusal(ask(tab, 'terminal.input', { attachId, seq: 2, data: Buffer.from('x') }))).toBe('SESSION_NOT_LIVE');
  });

  it('T7: whoever had the size when its line was cut has it again, though another is back first', async () => {
    await using stand = await makeTerminalStand({ kind: 'tmux' });
    await stand.run('app-1', ['/bin/sh', '-c', 'exec cat']);
    const [phone, desk, late] = [await openDashboard(stand.hub), await openDashboard(stand.hub), await openDashboard(stand.hub)];
    const { sized } = watch(phone);
    await attach(phone, { session: 'app-1', cols: 40, rows: 20 });
    await attach(desk, { session: 'app-1', cols: 120, rows: 40, sized: true });
    await eventually('the first is told', () => sized.at(-1)?.cols === 120);
    expect(await attach(late, { session: 'app-1', cols: 60, rows: 30, sized: true })).toMatchObject({ cols: 120, rows: 40 });
  });

  it('T3: a daemon that is stopped tells its tabs so', async () => {
    await using stand = await makeTerminalStand({ kind: 'tmux' });
    const tab = await openDashboard(stand.hub);
    await stand.run('app-1', ['/bin/sh', '-c', 'exec cat']);
    const { ended } = watch(tab);
    const { attachId } = await attach(tab, { session: 'app-1' });
    await stand.hub.close();
    await eventually('it is told', () => ended.length > 0);
    expect(ended).toEqual([{ attachId, why: 'closed', exitCode: null }]);
  });

  it('T7, S9: refuses what does not parse, before anybody hears of it', async () => {
    const { terminals, noted } = createNotingTerminals();
    const tab = await openDashboard(terminals);
    for (const input of [undefined, null, 'app-1', {}, { session: '../etc', cols: 80, rows: 24 }, { session: 'app-1' }])
      expect(await refusal(ask(tab, 'terminal.attach', input))).toBe('BAD_INPUT');
    for (const bad of [0, -1, 1, 1_001, 65_535, Number.NaN, 80.5, '80', null])
      expect(await refusal(ask(tab, 'terminal.attach', { session: 'app-1', cols: bad, rows: 24 }))).toBe('BAD_INPUT');
    expect(noted).toEqual([]);
    const { attachId } = await attach(tab, { session: 'app-1' });
    const large = Buffer.alloc(TERMINAL_LIMITS.maxInputBytes + 1);
    for (const input of [
      { seq: 1, data: 'text' },
      { seq: 0, data: Buffer.from('x') },
      { seq: 1.5, data: Buffer.from('x') },
      { seq: 1, data: large },
    ])
      expect(await refusal(ask(tab, 'terminal.input', { attachId, ...input }))).toBe('BAD_INPUT');
    tab.socket.emit('terminal.resize', { attachId, cols: 0, rows: 24 });
    for (const bytes of [0, -5, 1.5, 2 ** 31, '7']) tab.socket.emit('terminal.ack', { attachId, bytes });
    tab.socket.emit('terminal.ack', { attachId: 'another', bytes: 5 });
    tab.socket.emit('terminal.resize', { attachId, cols: 90, rows: 24, visible: false });
    for (const word of ['steal', 1, undefined]) tab.socket.emit('terminal.keyboard', { attachId, word });
    tab.socket.emit('terminal.keyboard', { attachId, word: 'take' });
    tab.socket.emit('terminal.ack', { attachId, bytes: 5 });
    await eventually('the good ones are heard', () => noted.includes('ack 5'));
    expect(noted).toEqual(['view app-1 visible', 'begin attach-1', 'resize 90x24 hidden', 'keyboard take', 'ack 5']);
  });

  it('S9: a tab has so many terminals and no more, counting those that are being opened', async () => {
    const { terminals, hold, release } = createNotingTerminals();
    const tab = await openDashboard(terminals);
    void hold();
    const asked = Array.from({ length: MAX_ATTACHES + 1 }, () =>
      ask<TerminalAttached>(tab, 'terminal.attach', { session: 'app-1', cols: 80, rows: 24 }),
    );
    expect(await refusal(asked.at(-1) ?? Promise.reject(new Error('none')))).toBe('TOO_MANY_REQUESTS');
    release();
    const first = await asked[0];
    if (first?.ok !== true) throw new Error('the first was refused');
    expect(await refusal(ask(tab, 'terminal.attach', { session: 'app-1', cols: 80, rows: 24 }))).toBe('TOO_MANY_REQUESTS');
    tab.socket.emit('terminal.detach', { attachId: first.value.attachId });
    await attach(tab, { session: 'app-1' });
  });

  it('T2: lets go of everything when the connection ends, also of what was being opened', async () => {
    const { terminals, noted, hold, release } = createNotingTerminals();
    const tab = await openDashboard(terminals);
    await attach(tab, { session: 'app-1' });
    void hold();
    void ask(tab, 'terminal.attach', { session: 'app/orchestrator', cols: 80, rows: 24, visible: false });
    await eventually('it is being opened', () => noted.includes('view app hidden'));
    tab.cut();
    await eventually('the first is let go', () => noted.includes('detach attach-1'));
    release();
    await eventually('the second is let go', () => noted.includes('detach attach-2'));
    expect(noted).not.toContain('begin attach-2');
  });

  it('reads a history back without an attach, also of an exited program, and refuses what is not there', async () => {
    await using stand = await makeTerminalStand({ kind: 'tmux' });
    const tab = await openDashboard(stand.hub, createTerminalHistories(stand));
    const spec = await stand.run('app-1', ['/bin/sh', '-c', 'seq 1 100; exit 3']);
    await eventually('it has exited', async () => {
      const { byHandle } = await stand.runtime.probe([spec.handle], { limitMs: 5_000 });
      return byHandle.get(spec.handle)?.state === 'exited';
    });
    const page = await ask<TerminalHistory>(tab, 'terminal.history', { session: 'app-1', from: null, rows: 1_000, anchor: null });
    if (!page.ok) throw new Error(page.error.message);
    const { text, screen } = page.value;
    expect(`${text}${screen}`.trimEnd().split('\n')).toEqual(Array.from({ length: 100 }, (_, index) => `${index + 1}`));
    const good = { session: 'app-1', from: 0, rows: 10, anchor: null };
    for (const bad of [{ session: '../etc' }, { from: -1 }, { from: 1.5 }, { rows: 0 }, { rows: 1_001 }, { rows: '10' }, { anchor: -1 }])
      expect(await refusal(ask(tab, 'terminal.history', { ...good, ...bad }))).toBe('BAD_INPUT');
    expect(await refusal(ask(tab, 'terminal.history', { ...good, session: 'app-2' }))).toBe('SESSION_NOT_FOUND');
    stand.store.sessions.update('app-1' as never, { phase: 'terminated' }, WHY);
    expect(await refusal(ask(tab, 'terminal.history', good))).toBe('SESSION_NOT_LIVE');
  });

  it('S9: reads so many pages for a tab at once and no more', async () => {
    let release: (page: TerminalHistory) => void = () => undefined;
    const gate = new Promise<TerminalHistory>((resolve) => (release = resolve));
    const tab = await openDashboard(createNotingTerminals().terminals, { read: () => gate });
    const asked = { session: 'app-1', from: null, rows: 1_000, anchor: null };
    const answers = Array.from({ length: MAX_PAGES_AT_ONCE + 1 }, () => ask<TerminalHistory>(tab, 'terminal.history', asked));
    expect(await refusal(answers.at(-1) ?? Promise.reject(new Error('none')))).toBe('TOO_MANY_REQUESTS');
    release({ total: 0, first: 0, rows: 0, text: '', anchor: '', cols: 80, screen: '' });
    expect(await Promise.all(answers.slice(0, -1).map(refusal))).toEqual(Array.from({ length: MAX_PAGES_AT_ONCE }, () => 'none'));
    expect(await refusal(ask(tab, 'terminal.history', asked))).toBe('none');
  });
});
