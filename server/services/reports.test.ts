import { describe, expect, it } from 'vitest';
import type { Session } from '../core/session/session.ts';
import type { HookReport } from '../ports/app-services.ts';
import { makeServiceWorld, type ServiceWorld } from '../testing/service-world.ts';

async function begin(): Promise<{ readonly world: ServiceWorld; readonly session: Session }> {
  const world = await makeServiceWorld();
  return { world, session: await world.spawn() };
}

function report(world: ServiceWorld, { id, projectId, launchId, agent }: Session, patch: Partial<HookReport> = {}): void {
  const said = { launchId, agent, event: 'working', atMs: world.clock.nowMs(), payload: {}, ...patch };
  world.services().reports.report({ sessionId: id, projectId, launchId }, said);
}

describe('a report', () => {
  it('becomes the activity of its session, with what it waits for and the first sign of life', async () => {
    const { world, session } = await begin();
    report(world, session, { event: 'needs_you', payload: { attention: 'permission' }, atMs: 5_000 });
    expect(world.row(session.id)).toMatchObject({
      activity: 'needs_you',
      attention: 'permission',
      activitySource: 'hook',
      activityAtMs: 5_000,
      firstSignalAtMs: 5_000,
    });
    report(world, session, { event: 'idle', atMs: 6_000 });
    expect(world.row(session.id)).toMatchObject({ activity: 'idle', attention: null, activityAtMs: 6_000, firstSignalAtMs: 5_000 });
  });

  it('of an earlier launch, or of another agent, is ignored (D3, S5)', async () => {
    const { world, session } = await begin();
    world.host.exit(session.runtimeHandle);
    const { session: resumed } = await world.resume(session.id);
    report(world, session);
    report(world, resumed, { agent: 'shell' });
    report(world, resumed, { launchId: session.launchId });
    expect(world.row(session.id)).toEqual(resumed);
    report(world, resumed);
    expect(world.row(session.id).activity).toBe('working');
  });

  it('that comes late never replaces a newer word (D3)', async () => {
    const { world, session } = await begin();
    report(world, session, { event: 'idle', atMs: 6_000, payload: { agentSessionId: 'newer' } });
    report(world, session, { event: 'working', atMs: 5_000, payload: { agentSessionId: 'older' } });
    expect(world.row(session.id)).toMatchObject({ activity: 'idle', activityAtMs: 6_000, agentSessionId: 'newer' });
  });

  it('carries the native conversation id that a resume will use', async () => {
    const { world, session } = await begin();
    report(world, session, { payload: { agentSessionId: 'conversation-2' } });
    world.host.reboot();
    await world.restart();
    expect(world.agents.smart.launched.at(-1)).toMatchObject({ mode: 'resumed', agentSessionId: 'conversation-2' });
  });

  it('that says nothing of activity, or comes after the end, changes nothing', async () => {
    const { world, session } = await begin();
    const before = world.row(session.id);
    report(world, session, { event: 'nonsense' });
    expect(world.row(session.id)).toEqual(before);
    await world.kill(session.id);
    const ended = world.row(session.id);
    report(world, session);
    expect(world.row(session.id)).toEqual(ended);
  });
});

describe('a token', () => {
  it('belongs to the session and the launch it was given to, and an unknown one to nobody (S5)', async () => {
    const { world, session } = await begin();
    const token = world.host.launches[0]?.env['AO_SESSION_TOKEN'] ?? '';
    const { reports } = world.services();
    expect(reports.authenticate(token)).toEqual({ sessionId: session.id, projectId: 'app', launchId: session.launchId });
    expect(reports.authenticate('forged')).toBeNull();
    world.host.exit(session.runtimeHandle);
    await world.resume(session.id);
    expect(reports.authenticate(token)).toMatchObject({ launchId: session.launchId });
    expect(JSON.stringify(world.store.sessions.events(session.id))).not.toContain(token.concat('"'));
  });
});
