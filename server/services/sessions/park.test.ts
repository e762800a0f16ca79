import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import { failure, makeServiceWorld, outcomeOf, PROJECT, type ServiceWorld } from '../../testing/service-world.ts';

const FIRST = 'app-1' as SessionId;
const one = { by: 'id', id: FIRST } as const;
const park = (world: ServiceWorld) => world.services().sessions.park(null);
const unpark = (world: ServiceWorld) => world.services().sessions.unpark(null);

describe('a park', () => {
  it('ends what runs and keeps its worktree; nothing comes back by itself while this daemon runs', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    const worker = await world.spawn();
    world.workspaces.write(worker.workspace.path, 'notes.txt', 'precious');
    const { sessions, failed } = await park(world);
    expect([sessions.map(({ session }) => session.id), failed]).toEqual([['app-1', 'app-2'], []]);
    expect(sessions.map(({ session }) => session)).toMatchObject([
      { phase: 'terminated', parked: true, endReason: null, slot: null },
      { phase: 'terminated', parked: true },
    ]);
    expect(sessions[0]?.derived).toEqual({ status: 'terminated', reason: 'Parked: `ao unpark`, or the next start, brings it back' });
    expect(world.workspaces.read(worker.workspace.path, 'notes.txt')).toBe('precious');
    await world.rounds(15);
    expect(world.host.panes()).toEqual([]);
    expect(await park(world)).toEqual({ sessions: [], failed: [] });
  });

  it.each(['the next start', 'unpark'])('is undone by %s: same ids, same conversation, once', async (how) => {
    const world = await makeServiceWorld();
    await world.ensure();
    await world.spawn();
    await park(world);
    if (how === 'unpark') expect(await unpark(world)).toMatchObject({ sessions: [{ session: { id: FIRST } }, {}], failed: [] });
    else await world.restart();
    await world.rounds();
    for (const id of [FIRST, 'app-2' as SessionId])
      expect(world.row(id)).toMatchObject({ phase: 'live', parked: false, launchMode: 'resumed' });
    expect(world.row(FIRST).slot).toBe('current');
    await world.kill('app-2' as SessionId);
    await world.restart();
    await world.rounds();
    expect(world.host.panes().map(({ tags }) => tags.sessionId)).toEqual([FIRST]);
    expect(await unpark(world)).toEqual({ sessions: [], failed: [] });
  });

  it('in the instant after a start has brought it back holds until the next start', async () => {
    const world = await makeServiceWorld();
    await world.spawn();
    await park(world);
    await world.restart();
    expect(world.row(FIRST)).toMatchObject({ phase: 'live', parked: false });
    await park(world);
    await world.rounds(5);
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', parked: true });
    expect(world.host.panes()).toEqual([]);
  });

  it('is forgotten by a kill (I10)', async () => {
    const world = await makeServiceWorld();
    await world.spawn();
    await park(world);
    await world.kill(FIRST);
    await world.restart();
    await world.rounds();
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', parked: false, endReason: 'killed' });
    expect(world.host.panes()).toEqual([]);
  });

  it('leaves alone what would not come back, and what has exited; one that fails does not keep the others', async () => {
    const world = await makeServiceWorld();
    await world.spawn({ agent: 'plain', prompt: null });
    const exited = await world.spawn();
    await world.spawn({ agent: 'shell' });
    world.host.exit(exited.runtimeHandle);
    await world.rounds();
    const { sessions, failed } = await park(world);
    expect(sessions.map(({ session }) => session.id)).toEqual(['app-3']);
    expect(failed).toMatchObject([{ id: FIRST, error: { code: 'SESSION_NOT_RESUMABLE' } }]);
    expect(world.row(FIRST)).toMatchObject({ phase: 'live', parked: false });
    expect(world.panesOf(FIRST)).toHaveLength(1);
    const named = await world.services().sessions.park([{ by: 'id', id: exited.id }]);
    expect(named.failed).toMatchObject([{ error: { code: 'SESSION_NOT_LIVE' } }]);
    expect(await outcomeOf((async () => world.services().sessions.park([{ by: 'id', id: 'app-9' as SessionId }]))())).toBe(
      'SESSION_NOT_FOUND',
    );
  });

  it('that the host keeps from being finished is finished by itself, and refuses a restore meanwhile (I9)', async () => {
    const world = await makeServiceWorld();
    await world.spawn();
    world.host.failNext('destroy', failure('RUNTIME_UNAVAILABLE'));
    expect((await park(world)).failed).toMatchObject([{ id: FIRST, error: { code: 'RUNTIME_UNAVAILABLE' } }]);
    expect(world.services().sessions.get(one).derived.reason).toBe('Being parked');
    expect(await outcomeOf(world.restore(FIRST))).toBe('SESSION_BUSY');
    await world.rounds();
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', parked: true });
    await world.rounds(5);
    expect(world.panesOf(FIRST)).toEqual([]);
  });

  it('of an orchestrator gives way to ensure, which brings the same one back (I3)', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    await park(world);
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, parked: false, slot: 'current' } });
    world.host.failNext('destroy', failure('RUNTIME_UNAVAILABLE'));
    await park(world);
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: FIRST, phase: 'live', parked: false } });
    await world.rounds(3);
    expect(world.panesOf(FIRST)).toHaveLength(1);
  });

  it('that a successor takes the place of is a replacement: one orchestrator is left, with the slot (I3)', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    world.host.hang();
    expect(await outcomeOf(world.ensure({ mode: 'clean' }))).toBe('RUNTIME_UNAVAILABLE');
    expect((await park(world)).failed).toMatchObject([{ id: FIRST }, { id: 'app-2' }]);
    world.host.wake();
    // In one round the park is finished and the successor goes live.
    await world.rounds(3);
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', parked: false, endReason: 'killed', replacedBy: 'app-2', slot: null });
    expect(world.row('app-2' as SessionId)).toMatchObject({ phase: 'live', slot: 'current' });
    expect(await world.ensure()).toMatchObject({ created: false, session: { id: 'app-2' } });
  });

  it('that a kill comes upon is a kill: its clean worktree goes, and it stays away (I10)', async () => {
    const world = await makeServiceWorld();
    const { workspace } = await world.spawn();
    const parking = park(world);
    for (let turn = 0; turn < 100 && !world.row(FIRST).parked; turn += 1) await Promise.resolve();
    expect(world.row(FIRST)).toMatchObject({ phase: 'live', parked: true });
    const killing = world.kill(FIRST);
    expect((await parking).failed).toMatchObject([{ id: FIRST, error: { code: 'SESSION_BUSY' } }]);
    expect(await killing).toMatchObject({ worktree: 'removed' });
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', parked: false, endReason: 'killed' });
    expect(world.workspaces.folders()).not.toContain(workspace.path);
  });

  it('that a kill follows at once upon an unpark is a kill (I10)', async () => {
    const world = await makeServiceWorld();
    await world.ensure();
    await park(world);
    const unparking = unpark(world);
    const killing = world.kill(FIRST);
    await unparking;
    await killing;
    await world.rounds(3);
    expect(world.row(FIRST)).toMatchObject({ phase: 'terminated', parked: false, endReason: 'killed' });
    expect(world.host.panes()).toEqual([]);
  });

  it('holds its messages until it is back', async () => {
    const world = await makeServiceWorld();
    await world.spawn({ agent: 'shell' });
    world.host.setUnknown(world.row(FIRST).runtimeHandle, 'not now');
    await world.rounds();
    world.services().sessions.send(one, { text: 'ls', key: 'k' });
    await park(world);
    await world.rounds(2);
    expect(world.store.messages.list(FIRST)).toMatchObject([{ state: 'queued', reason: 'the session is parked' }]);
    world.host.setUnknown(world.row(FIRST).runtimeHandle, null);
    await unpark(world);
    await world.rounds(4);
    expect(world.store.messages.list(FIRST)).toMatchObject([{ state: 'submitted' }]);
  });

  it('keeps its project from being removed', async () => {
    const world = await makeServiceWorld();
    await world.spawn();
    await park(world);
    expect(await outcomeOf(world.services().projects.remove(PROJECT))).toBe('PROJECT_IN_USE');
  });
});
