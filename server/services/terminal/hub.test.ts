import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { Visibility } from '../../core/terminal/size-arbiter.ts';
import type { ViewerAccess } from '../../core/terminal/watchers.ts';
import type { TerminalViewer } from '../../ports/terminal.ts';
import { codeOf } from '../../testing/contracts/runtime.contract.ts';
import { createManualClock } from '../../testing/fakes/clock.ts';
import { createRecordingLog } from '../../testing/fakes/log.ts';
import { createFakeStore } from '../../testing/fakes/store.ts';
import {
  createFakeAttachRuntime,
  createFakeScreens,
  createRecordingSink,
  type FakeAttachment,
  type RecordingSink,
  somebody,
} from '../../testing/fakes/terminal.ts';
import { launch } from '../../testing/session-facts.ts';
import { draftOf, projectFacts, WHY } from '../../testing/store-facts.ts';
import { createTerminalHub, LINGER_MS } from './hub.ts';

const ID = 'app-1' as SessionId;
const SIZE = { cols: 80, rows: 24 };
const LARGE = { cols: 200, rows: 50 };
const keys = (text: string): Uint8Array => new TextEncoder().encode(text);

function makeHub(facts: Partial<Session> = {}) {
  const clock = createManualClock();
  const store = createFakeStore({ nowMs: clock.nowMs });
  const runtime = createFakeAttachRuntime();
  const screens = createFakeScreens('at once');
  const log = createRecordingLog();
  let ids = 0;
  const hub = createTerminalHub({
    store,
    runtime,
    openScreen: screens.open,
    clock,
    log,
    secrets: { newToken: () => `attach-${(ids += 1)}` },
    limits: { highWaterBytes: 64, lowWaterBytes: 16 },
  });
  store.projects.insert(projectFacts());
  store.sessions.insert(draftOf({ phase: 'live', ...facts }), WHY);
  const update = (patch: Partial<Session>): void => void store.sessions.update(ID, patch, WHY);
  const last = (): FakeAttachment => {
    const found = runtime.attachments.at(-1);
    if (found === undefined) throw new Error('nothing is attached');
    return found;
  };

  async function view(
    size = SIZE,
    visibility: Visibility = 'visible',
    access: ViewerAccess = 'full',
    name = 'desk',
  ): Promise<{ sink: RecordingSink; viewer: TerminalViewer }> {
    const sink = createRecordingSink();
    const viewer = await hub.view({ session: { by: 'id', id: ID }, who: somebody(name), size, visibility, access }, sink);
    viewer.begin();
    return { sink, viewer };
  }
  return { clock, store, runtime, screens, log, hub, update, last, view };
}

describe('the terminal hub', () => {
  it('shows a session: its size is the viewer’s, what it says is seen, what is typed arrives', async () => {
    const { view, last, runtime } = makeHub();
    const { sink, viewer } = await view();
    expect(viewer).toMatchObject({ sessionId: ID, size: SIZE });
    expect(runtime.resizes.map(({ size }) => size)).toEqual([SIZE]);
    last().say('hello');
    expect(sink.text()).toBe('hello');
    await viewer.input(1, keys('ls'));
    await viewer.input(2, keys('\r'));
    expect(last().typed()).toBe('ls\r');
  });

  it('says nothing before the viewer knows its id', async () => {
    const { hub, last } = makeHub();
    const sink = createRecordingSink();
    const viewer = await hub.view(
      { session: { by: 'id', id: ID }, who: somebody('desk'), size: SIZE, visibility: 'visible', access: 'full' },
      sink,
    );
    last().say('early');
    expect(sink.frames).toEqual([]);
    viewer.begin();
    expect([sink.text(), sink.frames[0]?.kind]).toEqual(['early', 'snapshot']);
  });

  it('T3: attaches once however many look, also when they come in the same instant', async () => {
    const { view, runtime, last } = makeHub();
    const [first, second] = await Promise.all([view(), view()]);
    const third = await view();
    last().say('to all');
    expect(runtime.attachments).toHaveLength(1);
    expect([first, second, third].map(({ sink }) => sink.text())).toEqual(['to all', 'to all', 'to all']);
  });

  it('T3: keeps the attachment for a while after the last viewer, and gives it up then', async () => {
    const { view, runtime, clock, last, screens } = makeHub();
    const { viewer } = await view();
    viewer.detach();
    await clock.advance(LINGER_MS - 1);
    const back = await view();
    await clock.advance(LINGER_MS);
    expect([runtime.attachments.length, last().state()]).toEqual([1, 'open']);
    back.viewer.detach();
    await clock.advance(LINGER_MS);
    expect([last().state(), screens.openCount(), back.sink.end()]).toEqual(['closed', 0, null]);
    await view();
    expect(runtime.attachments).toHaveLength(2);
  });

  it('gives it up too where the only viewer left while it was opened', async () => {
    const { hub, clock, last } = makeHub();
    const viewer = await hub.view(
      { session: { by: 'id', id: ID }, who: somebody('desk'), size: SIZE, visibility: 'visible', access: 'full' },
      createRecordingSink(),
    );
    viewer.detach();
    viewer.begin();
    await clock.advance(LINGER_MS);
    expect(last().state()).toBe('closed');
  });

  it('takes input in order only: one out of order is refused, nothing of it is typed, and the right one goes on', async () => {
    const { view, last } = makeHub();
    const { viewer } = await view();
    await viewer.input(1, keys('a'));
    expect(await codeOf(viewer.input(3, keys('c')))).toBe('BAD_INPUT');
    expect(await codeOf(viewer.input(1, keys('a')))).toBe('BAD_INPUT');
    await viewer.input(2, keys('b'));
    expect(last().typed()).toBe('ab');
  });

  it('types nothing for a read-only viewer, says so, and goes on showing it everything', async () => {
    const { view, last } = makeHub();
    const [full, onlooker] = [await view(), await view(SIZE, 'visible', 'read-only')];
    expect(await codeOf(onlooker.viewer.input(1, keys('rm -rf /\r')))).toBe('FORBIDDEN');
    await full.viewer.input(1, keys('ls'));
    last().say('a file');
    expect([last().typed(), onlooker.sink.text()]).toEqual(['ls', 'a file']);
  });

  it('refuses the input of others while one keeps the keyboard, also what is on its way, and types it again once it may', async () => {
    const { view, last, clock } = makeHub();
    const [desk, phone] = [await view(), await view(SIZE, 'visible', 'full', 'phone')];
    await phone.viewer.input(1, keys('1'));
    desk.viewer.keyboard('take');
    const refused = await Promise.all([phone.viewer.input(2, keys('2')), phone.viewer.input(3, keys('3'))].map(codeOf));
    expect(refused).toEqual(['KEYBOARD_KEPT', 'KEYBOARD_KEPT']);
    await desk.viewer.input(1, keys('d'));
    await clock.advance(50);
    expect([desk.sink.seen()?.keyboard, phone.sink.seen()?.keyboard]).toEqual([
      { kind: 'yours' },
      { kind: 'kept', by: 'desk', state: 'here' },
    ]);
    phone.viewer.keyboard('take');
    expect(await codeOf(desk.viewer.input(2, keys('x')))).toBe('KEYBOARD_KEPT');
    await phone.viewer.input(4, keys('4'));
    expect(last().typed()).toBe('1d4');
  });

  it('T7: tells who sizes; one that only looks has no say, and has it again when it types again', async () => {
    const { view, clock, runtime } = makeHub();
    const [desk, phone] = [await view(LARGE), await view(SIZE, 'visible', 'full', 'phone')];
    const sizers = async (): Promise<readonly string[]> => {
      await clock.advance(50);
      return (desk.sink.seen()?.people ?? []).filter(({ sizes }) => sizes).map(({ name }) => name);
    };
    expect(await sizers()).toEqual(['desk']);
    await phone.viewer.input(1, keys('x'));
    expect(await sizers()).toEqual(['phone']);
    phone.viewer.keyboard('only-look');
    expect([await sizers(), await codeOf(phone.viewer.input(2, keys('y')))]).toEqual([['desk'], 'FORBIDDEN']);
    phone.viewer.keyboard('type');
    await phone.viewer.input(3, keys('z'));
    expect(await sizers()).toEqual(['phone']);
    expect(runtime.resizes.map(({ size }) => size.cols)).toEqual([200, 80, 200, 80]);
  });

  it('T7: a read-only viewer sizes nothing: not first, not alone, not by a resize', async () => {
    const { view, runtime } = makeHub();
    const onlooker = await view(LARGE, 'visible', 'read-only');
    onlooker.viewer.resize({ cols: 30, rows: 10 }, 'visible');
    expect(runtime.resizes).toEqual([]);
    expect(onlooker.viewer.size).not.toEqual(LARGE);
    await view(LARGE);
    onlooker.viewer.resize(SIZE, 'visible');
    expect(runtime.resizes.map(({ size }) => size)).toEqual([LARGE]);
  });

  it('T8: acknowledges input when the runtime has it, and refuses more than a megabyte on its way', async () => {
    const { view, last } = makeHub();
    const { viewer } = await view();
    last().hold();
    const typed: string[] = [];
    const first = viewer.input(1, new Uint8Array(1_000_000)).then(() => typed.push('first'));
    await Promise.resolve();
    expect(typed).toEqual([]);
    expect(await codeOf(viewer.input(2, new Uint8Array(60_000)))).toBe('SESSION_BUSY');
    last().release();
    await first;
    await viewer.input(2, keys('x'));
    expect(typed).toEqual(['first']);
  });

  it('T6: drops what browsers answer to queries, from each viewer, and counts it in the order all the same', async () => {
    const { view, last } = makeHub();
    const [one, two] = [await view(), await view()];
    for (const { viewer } of [one, two]) await viewer.input(1, keys('\x1b[>0;276;0c'));
    await one.viewer.input(2, keys('y'));
    expect(last().typed()).toBe('y');
  });

  it('T7: sizes by the viewer that types or resizes; the others are told, and what is so already is not set again', async () => {
    const { view, runtime, last, screens, clock } = makeHub();
    const [desktop, phone] = [await view(LARGE), await view(SIZE)];
    expect(phone.viewer.size).toEqual(LARGE);
    await phone.viewer.input(1, keys('x'));
    await clock.advance(0);
    expect([desktop.sink.sizes, phone.sink.sizes]).toEqual([[SIZE], [SIZE]]);
    expect([last().sizes.at(-1), screens.sizes.at(-1)]).toEqual([SIZE, SIZE]);
    phone.viewer.resize(SIZE, 'visible');
    await phone.viewer.input(2, keys('x'));
    await clock.advance(0);
    expect(runtime.resizes.map(({ size }) => size)).toEqual([LARGE, SIZE]);
    phone.viewer.detach();
    await clock.advance(0);
    expect(desktop.sink.sizes).toEqual([SIZE, LARGE]);
  });

  it('a hidden viewer neither sizes nor keeps the size, and is told what it is', async () => {
    const { view, runtime, clock } = makeHub();
    const hidden = await view(SIZE, 'hidden');
    expect([hidden.viewer.size, runtime.resizes]).toEqual([{ cols: 100, rows: 30 }, []]);
    hidden.viewer.resize(LARGE, 'hidden');
    await clock.advance(0);
    expect([runtime.resizes, hidden.sink.sizes]).toEqual([[], [{ cols: 100, rows: 30 }]]);
    hidden.viewer.resize(LARGE, 'visible');
    await clock.advance(0);
    expect(runtime.resizes.map(({ size }) => size)).toEqual([LARGE]);
  });

  it('a size that the runtime refuses stays as it was, and everybody is told', async () => {
    const { view, runtime, clock } = makeHub();
    const { sink, viewer } = await view();
    runtime.failNext('resize', new AppError({ code: 'RUNTIME_UNAVAILABLE', message: 'no', hint: 'later' }));
    viewer.resize(LARGE, 'visible');
    await clock.advance(0);
    expect(sink.sizes).toEqual([SIZE]);
    viewer.resize(LARGE, 'visible');
    await clock.advance(0);
    expect(sink.sizes).toEqual([SIZE, LARGE]);
  });

  it('tells an exit with its code after the last words, also to those that come later, and keeps the screen for them', async () => {
    const { view, update, last, clock } = makeHub();
    const { sink } = await view();
    last().say('working');
    update({ exit: { code: 3, signal: null, atMs: 1 } });
    await clock.advance(30);
    last().say(', last words');
    expect(sink.end()).toBeNull();
    await clock.advance(1_000);
    expect([sink.text(), sink.end()]).toEqual(['working, last words', { why: 'exited', exitCode: 3 }]);
    const late = await view();
    await clock.advance(1_000);
    expect([late.sink.text(), late.sink.end()]).toEqual(['working, last words', { why: 'exited', exitCode: 3 }]);
    expect(await codeOf(late.viewer.input(1, keys('x')))).toBe('SESSION_NOT_LIVE');
  });

  it('ends an exited session’s view at once, with the exit, for one that looks for the first time', async () => {
    const { view, clock } = makeHub({ exit: { code: null, signal: 'SIGKILL', atMs: 1 } });
    const { sink } = await view();
    await clock.advance(1_000);
    expect(sink.end()).toEqual({ why: 'exited', exitCode: null });
  });

  it('ends as gone where the runtime’s stream ends, and attaches anew for whoever comes back', async () => {
    const { view, last, runtime } = makeHub();
    const { sink, viewer } = await view();
    last().say('so far');
    last().end();
    expect([sink.text(), sink.end()]).toEqual(['so far', { why: 'gone', exitCode: null }]);
    expect(await codeOf(viewer.input(1, keys('x')))).toBe('SESSION_NOT_LIVE');
    viewer.resize(LARGE, 'visible');
    viewer.ack(1);
    viewer.detach();
    await view();
    expect(runtime.attachments).toHaveLength(2);
  });

  it.each([
    ['relaunched', { launchId: launch(7) }],
    ['killed', { phase: 'terminated' as const, endReason: 'killed' as const }],
  ])('ends as gone where the session is %s', async (_what, patch) => {
    const { view, update, last } = makeHub();
    const { sink } = await view();
    update(patch);
    await Promise.resolve();
    expect(sink.end()).toEqual({ why: 'gone', exitCode: null });
    await Promise.resolve();
    expect(last().state()).toBe('closed');
  });

  it('refuses what has no terminal, in words of its own, and what the runtime refuses; the next try is a new one', async () => {
    expect(await codeOf(makeHub({ phase: 'spawning' }).view())).toBe('SESSION_BUSY');
    expect(await codeOf(makeHub({ phase: 'terminated' }).view())).toBe('SESSION_NOT_LIVE');
    expect(await codeOf(makeHub({ id: 'app-2' as SessionId, number: 2 }).view())).toBe('SESSION_NOT_FOUND');
    const { runtime, view } = makeHub();
    runtime.failNext('attach', new AppError({ code: 'RUNTIME_UNAVAILABLE', message: 'no', hint: 'later' }));
    expect(await codeOf(view())).toBe('RUNTIME_UNAVAILABLE');
    await view();
    expect(runtime.attachments).toHaveLength(1);
  });

  it('tells everybody when the daemon closes, ends the attachments, and shows nothing any more', async () => {
    const { view, hub, last, clock } = makeHub();
    const { sink } = await view();
    await hub.close();
    expect([sink.end(), last().state(), clock.pending()]).toEqual([{ why: 'closed', exitCode: null }, 'closed', 0]);
    expect(await codeOf(view())).toBe('DAEMON_STOPPING');
  });
});
