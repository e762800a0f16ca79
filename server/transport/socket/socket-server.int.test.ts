import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../contract/version.ts';
import { type Browser, type HttpDaemon, type HttpDaemonOptions, OWNER_TOKEN, startHttpDaemon } from '../../testing/http-daemon.ts';
import { openRawTab } from '../../testing/raw-tab.ts';
import { eventually } from '../../testing/resources.ts';
import { openTab, type Tab, type TabOptions } from '../../testing/tab.ts';

const TUNNEL = 'box.tunnel.example';
const GRACE_MS = 400;

let daemon: HttpDaemon;
let browser: Browser;
let tabs: Tab[];

beforeEach(async () => {
  tabs = [];
  await start({ owner: 'app', graceMs: GRACE_MS });
});
afterEach(async () => {
  for (const tab of tabs) tab.socket.disconnect();
  await daemon.close();
});

async function start(options: HttpDaemonOptions): Promise<void> {
  if (daemon !== undefined) await daemon.close();
  daemon = await startHttpDaemon(options);
  browser = daemon.pairBrowser();
}

function open(options: TabOptions = {}, as = browser): Tab {
  const tab = openTab(daemon.port, as, options);
  tabs.push(tab);
  return tab;
}

async function counted(options: TabOptions = {}): Promise<Tab> {
  const tab = open(options);
  await tab.hears('counted');
  return tab;
}

const holders = (): number => daemon.watchdog.snapshot().holders.length;
const graceLeftMs = (): number | null => {
  const { graceEndsAtMs } = daemon.watchdog.snapshot();
  return graceEndsAtMs === null ? null : graceEndsAtMs - Date.now();
};

describe('a tab as supervisor', () => {
  it('counts once it is authenticated and has been told so, and is shown as a holder', async () => {
    const tab = await counted();
    expect(daemon.watchdog.snapshot()).toMatchObject({
      mode: 'held',
      holders: [{ kind: 'tab', detail: expect.stringContaining('this machine') }],
    });
    expect(tab.verdicts).toEqual(['counted']);
  });

  it('the command line counts as one too, by its credential alone, and goes on when a browser is revoked', async () => {
    const terminal = await counted({ cookie: '', headers: { authorization: `Bearer ${OWNER_TOKEN}` }, auth: { secret: undefined } });
    const { mode, holders: held } = daemon.watchdog.snapshot();
    expect([mode, held.map(({ kind, detail }) => [kind, detail])]).toEqual(['held', [['terminal', '`ao attach` in a terminal']]]);
    daemon.services.devices.revoke(browser.id);
    terminal.leave();
    await eventually('the grace runs', () => graceLeftMs() !== null);
    expect(terminal.ends).toEqual(['io client disconnect']);
  });

  it('S4: a browser without its secret is not let in by its cookie', async () => {
    const tab = open({ auth: { secret: undefined } });
    await eventually('it is refused', () => tab.refusals.length > 0);
    expect([tab.refusals[0]?.code, holders()]).toEqual(['BAD_INPUT', 0]);
  });

  it('does not count as a viewer, nor with a daemon that is not supervised', async () => {
    const viewer = open({ auth: { role: 'viewer' } });
    await viewer.hears('not_counted');
    expect(holders()).toBe(0);
    await start({ owner: 'headless' });
    const tab = open();
    await tab.hears('not_counted');
    daemon.watchdog.setOwner('app');
    await tab.hears('counted');
    expect(holders()).toBe(1);
  });

  it.each([
    ['says goodbye and closes', (tab: Tab) => tab.leave()],
    ['closes without a goodbye', (tab: Tab) => void tab.socket.disconnect()],
    ['is killed', (tab: Tab) => tab.cut()],
  ])('L3, L4: begins the short grace when it %s on this machine', async (_how, end) => {
    const tab = await counted();
    end(tab);
    await eventually('the grace begins', () => graceLeftMs() !== null);
    expect(graceLeftMs()).toBeLessThanOrEqual(GRACE_MS + 50);
    await eventually('the daemon stops', () => daemon.decidedStops.length === 1);
    expect(daemon.decidedStops[0]).toContain('left');
  });

  it('L4: is lost, with the long grace, when its line through a tunnel breaks without a goodbye', async () => {
    const tab = await counted({ via: TUNNEL });
    expect(daemon.watchdog.snapshot().holders[0]?.detail).toContain(TUNNEL);
    tab.cut();
    await eventually('the grace begins', () => graceLeftMs() !== null);
    expect(graceLeftMs()).toBeGreaterThan(500_000);
  });

  it('L4: has left when it said goodbye through a tunnel, and not when it went on talking after that', async () => {
    const left = await counted({ via: TUNNEL });
    left.socket.emit('goodbye');
    await left.socket.emitWithAck('feed.subscribe');
    left.cut();
    await eventually('the grace begins', () => graceLeftMs() !== null);
    expect(graceLeftMs()).toBeGreaterThan(500_000);
    const back = await counted({ via: TUNNEL, auth: left.socket.auth as Record<string, unknown> });
    expect(graceLeftMs()).toBeNull();
    back.leave();
    await eventually('the grace begins', () => graceLeftMs() !== null);
    expect(graceLeftMs()).toBeLessThanOrEqual(GRACE_MS + 50);
  });

  it('L4: is not lost when the same tab is back before its old line is found dead', async () => {
    const old = await counted({ via: TUNNEL });
    const again = await counted({ via: TUNNEL, auth: old.socket.auth as Record<string, unknown> });
    old.cut();
    await eventually('the old line is gone', () => holders() === 1);
    again.leave();
    await eventually('the grace begins', () => graceLeftMs() !== null);
    expect(graceLeftMs()).toBeLessThanOrEqual(GRACE_MS + 50);
  });

  it('L3: A leaves, B joins and leaves, C joins and leaves: each departure of the last one has a full grace of its own', async () => {
    // Longer than the next one may take to join on a busy machine.
    const graceMs = 3_000;
    await start({ owner: 'app', graceMs });
    for (const name of ['A', 'B', 'C']) {
      const tab = await counted();
      expect(daemon.decidedStops, name).toEqual([]);
      tab.cut();
      await eventually(`${name} is gone`, () => holders() === 0);
      const { graceEndsAtMs } = daemon.watchdog.snapshot();
      expect(graceEndsAtMs, name).not.toBeNull();
      expect((graceEndsAtMs ?? 0) - Date.now(), name).toBeGreaterThan(graceMs / 2);
    }
    await eventually('the daemon stops once', () => daemon.decidedStops.length > 0);
    expect(daemon.decidedStops).toHaveLength(1);
  });

  it('L4: ten reloads inside the grace never begin a stop', async () => {
    await start({ owner: 'app', graceMs: 60_000 });
    let page = await counted();
    const { auth } = page.socket;
    for (let reload = 0; reload < 10; reload += 1) {
      page.leave();
      page = await counted({ auth: auth as Record<string, unknown> });
      // No countdown goes on behind the page that is back.
      expect(daemon.watchdog.snapshot()).toMatchObject({ mode: 'held', graceEndsAtMs: null });
    }
    expect(holders()).toBe(1);
    expect(daemon.decidedStops).toEqual([]);
  });

  it('S9: counts once, however often it connects on one line', async () => {
    let attended = 0;
    await start({
      owner: 'app',
      attendTerminals: () => {
        attended += 1;
      },
    });
    const tab = await openRawTab(daemon.port, browser);
    const hello = `40${JSON.stringify({ secret: browser.secret, protocol: PROTOCOL_VERSION, role: 'app', tab: 'an-eager-tab' })}`;
    tab.send(...Array<string>(50).fill(hello));
    await eventually('the line is closed', tab.isClosed);
    await eventually('nobody is left', () => holders() === 0 && daemon.sockets.count() === 0);
    expect(attended).toBeLessThanOrEqual(1);
  });
});

describe('draining', () => {
  it('L3: who joins while the daemon drains is told to come back, and its line is closed so that it does', async () => {
    daemon.watchdog.stopBegun();
    const tab = open();
    await tab.hears('restarting');
    await eventually('the line is closed', () => tab.ends.length > 0);
    // Anything but socket.io's own goodbye: after that a client stays away.
    expect(tab.ends).toEqual(['transport close']);
    expect(tab.verdicts).not.toContain('counted');
  });

  it('L3: everybody is told and sent away at the end, and finds the next daemon by itself', async () => {
    const app = await (async () => {
      const tab = open({ reconnection: 'on' });
      await tab.hears('counted');
      return tab;
    })();
    const viewer = open({ auth: { role: 'viewer' } });
    await viewer.hears('not_counted');
    const { port, services } = daemon;
    daemon.watchdog.stopBegun();
    await daemon.close();
    for (const tab of [app, viewer]) {
      await tab.hears('restarting');
      expect(tab.ends).toEqual(['transport close']);
    }
    daemon = await startHttpDaemon({ port, owner: 'app' });
    expect(daemon.port).toBe(port);
    const [device] = services.store.devices.list();
    if (device !== undefined) daemon.services.store.devices.insert(device);
    await eventually('it is counted again', () => app.verdicts.filter((verdict) => verdict === 'counted').length === 2);
  });

  it('lets nobody in before it is ready, who then comes in by himself', async () => {
    daemon.setState('starting');
    const tab = open({ reconnection: 'on' });
    await eventually('it is refused', () => tab.refusals.length > 1);
    expect(tab.verdicts).toEqual([]);
    daemon.setState('ready');
    await tab.hears('counted');
  });
});

describe('who comes in', () => {
  it.each<[string, TabOptions]>([
    ['no secret', { auth: { secret: undefined } }],
    ['a wrong secret', { auth: { secret: 'x'.repeat(43) } }],
    ["the owner's credential in place of the secret", { auth: { secret: 'owner-credential-aaaaaaaaaaaaaaaaaaaaaaaaaa' } }],
    ['a token beside a wrong secret', { auth: { secret: 'x'.repeat(43), token: 'owner-credential-aaaaaaaaaaaaaaaaaaaaaaaaaa' } }],
    ['another protocol', { auth: { protocol: 999 } }],
    ['another role', { auth: { role: 'admin' } }],
    ['a secret that is an object', { auth: { secret: { length: 30 } } }],
    ['a tab of 10 kB', { auth: { tab: 'x'.repeat(10_000) } }],
  ])('S9, S4: nobody with %s, who is told why and sent away uncounted', async (_what, options) => {
    const tab = open(options);
    await eventually('it is refused', () => tab.refusals.length > 0);
    expect(['BAD_INPUT', 'UNAUTHENTICATED']).toContain(tab.refusals[0]?.code);
    expect(tab.verdicts).toEqual([]);
    await eventually('its line is closed', () => !tab.socket.io.engine || tab.socket.io.engine.readyState === 'closed');
    expect([holders(), daemon.sockets.count()]).toEqual([0, 0]);
  });

  it.each([
    [
      'a wrong secret',
      `40${JSON.stringify({ secret: 'x'.repeat(43), protocol: PROTOCOL_VERSION, role: 'app', tab: 'a-hostile-tab' })}`,
      5_000,
    ],
    ['no handshake at all', '40', 5_000],
    ['an event before the handshake', '42["feed.subscribe"]', 5_000],
    ['a namespace that is not there', '40/admin,{}', 20_000],
  ])('S9: nobody stays on the line with %s, whatever the client does', async (_what, said, limitMs) => {
    const tab = await openRawTab(daemon.port, browser);
    tab.send(said);
    await eventually('the line is closed', tab.isClosed, { limitMs });
    expect([holders(), daemon.sockets.count()]).toEqual([0, 0]);
  });

  it('S4: a cookie alone gets no further than the door, a secret alone not even there', async () => {
    const other = daemon.pairBrowser('Another');
    const crossed = open({ auth: { secret: other.secret } });
    await eventually('a secret of another browser is refused', () => crossed.refusals[0]?.code === 'UNAUTHENTICATED');
    const bare = open({ cookie: 'theme=dark' });
    await eventually('no cookie is refused', () => bare.refusals.length > 0);
    expect(bare.refusals[0]?.code).toBeUndefined();
  });

  it('S1: one of several cookies of our name is enough: any page of this host can set one', async () => {
    await counted({ cookie: `ao_device=someone.${'A'.repeat(43)}; ${browser.cookie}` });
  });

  it('S4: a revoked browser is cut off within a second, for good, and only that one', async () => {
    const other = daemon.pairBrowser('Another');
    const [first, second] = [await counted({ reconnection: 'on' }), await counted()];
    const stays = openTab(daemon.port, other);
    tabs.push(stays);
    await stays.hears('counted');
    daemon.services.devices.revoke(browser.id);
    const revokedAtMs = performance.now();
    await eventually('both tabs are cut off', () => [first, second].every((tab) => tab.ends.includes('io server disconnect')));
    expect(performance.now() - revokedAtMs).toBeLessThan(1_000);
    expect(stays.ends).toEqual([]);
    expect(holders()).toBe(1);
    const again = open();
    await eventually('it is not let in again', () => again.refusals.length > 0);
  });
});

describe('what comes in', () => {
  it('S9: messages that nobody knows are dropped, and too many of them end the line', async () => {
    const tab = await counted();
    const emit = (event: string): void =>
      (tab.socket as unknown as { emit(event: string, ...args: unknown[]): void }).emit(event, { a: 1 });
    for (let index = 0; index < 20; index += 1) emit('constructor');
    expect(await tab.socket.emitWithAck('feed.subscribe')).toMatchObject({ ok: true });
    for (let index = 0; index < 60; index += 1) emit(`junk-${index}`);
    await eventually('the line is ended', () => tab.ends.length > 0);
    expect(tab.ends).toEqual(['io server disconnect']);
  });

  it('S9: known messages with junk in them are answered or dropped, and harm nobody', async () => {
    const tab = await counted();
    const raw = tab.socket as unknown as { emit(event: string, ...args: unknown[]): void };
    for (const junk of [null, 1, 'x', [], {}, { attachId: {} }, new Uint8Array(8)]) {
      for (const event of ['goodbye', 'feed.subscribe', 'terminal.attach', 'terminal.input', 'terminal.ack']) raw.emit(event, junk, junk);
    }
    expect(await tab.socket.emitWithAck('feed.subscribe')).toMatchObject({ ok: true });
    expect(holders()).toBe(1);
  });

  it.each([
    ['a frame over the limit', (tab: Tab) => void tab.socket.io.engine.write('x'.repeat(1_100_000))],
    ['a broken packet', (tab: Tab) => void tab.socket.io.engine.write('42{"not":')],
    ['too many attachments', (tab: Tab) => void tab.socket.io.engine.write('45999-["goodbye",{"_placeholder":true,"num":0}]')],
    ['binary that belongs to nothing', (tab: Tab) => void tab.socket.io.engine.write(new Uint8Array(100) as unknown as string)],
  ])('S9: %s ends that line and nothing else', async (_what, send) => {
    const [bad, good] = [await counted(), await counted()];
    send(bad);
    await eventually('the line is ended', () => bad.ends.length > 0);
    expect(await good.socket.emitWithAck('feed.subscribe')).toMatchObject({ ok: true });
    expect(holders()).toBe(1);
  });

  it('S9: of 10,000 subscriptions a few are answered with the whole picture, and the tab is sent away', async () => {
    const tab = await counted();
    let [snapshots, refused] = [0, 0];
    for (let index = 0; index < 10_000; index += 1) {
      tab.socket.emit('feed.subscribe', (answer) => {
        if (answer.ok) snapshots += 1;
        else refused += 1;
      });
    }
    await eventually('it is sent away', () => tab.ends.length > 0);
    expect(snapshots).toBeLessThan(20);
    expect(refused).toBeGreaterThan(0);
    await eventually('nobody is left', () => daemon.sockets.count() === 0);
  });
});
