import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/ids.ts';
import type { Activity, Session } from '../../core/session/session.ts';
import { failure, makeServiceWorld, outcomeOf, type ServiceWorld } from '../../testing/service-world.ts';

const FIRST = 'app-1' as SessionId;
const send = (world: ServiceWorld, text: string, key: string | null = null) =>
  world.services().sessions.send({ by: 'id', id: FIRST }, { text, key });
const states = (world: ServiceWorld) => world.store.messages.list(FIRST).map(({ text, state }) => `${text} ${state}`);
const reason = (world: ServiceWorld) => world.store.messages.list(FIRST)[0]?.reason;
const input = (world: ServiceWorld): string =>
  world.host
    .panes()
    .map((pane) => pane.input)
    .join('|');

function report(world: ServiceWorld, activity: Activity, payload: Readonly<Record<string, unknown>> = {}): void {
  const { id, projectId, launchId, agent } = world.row(FIRST);
  world
    .services()
    .reports.report({ sessionId: id, projectId, launchId }, { launchId, agent, event: activity, atMs: world.clock.nowMs(), payload });
}

async function begin(agent: 'smart' | 'plain' | 'shell'): Promise<{ readonly world: ServiceWorld; readonly session: Session }> {
  const world = await makeServiceWorld();
  return { world, session: await world.spawn({ agent }) };
}

/** Time for an echo that does not come, and for what it waits after it. */
const pass = (world: ServiceWorld) => world.rounds(4);

describe('a message', () => {
  it('to an agent that cannot signal goes as soon as it is live, with one Enter', async () => {
    const { world } = await begin('shell');
    expect(send(world, 'ls').state).toBe('queued');
    await pass(world);
    expect(states(world)).toEqual(['ls submitted']);
    expect(input(world)).toBe('ls\r');
  });

  it.each([
    ['working', {}, 'steered'],
    ['idle', {}, 'steered'],
    ['needs_you', { attention: 'permission' }, 'the agent waits for you: permission'],
  ] as const)('to an agent that is %s is delivered or held as that asks for (D1)', async (activity, payload, expected) => {
    const { world } = await begin('smart');
    report(world, activity, payload);
    send(world, 'hello');
    await pass(world);
    expect(states(world)).toEqual([expected === 'steered' ? 'hello submitted' : 'hello queued']);
    if (expected !== 'steered') expect(reason(world)).toBe(expected);
  });

  it('is held until the agent has reported, and goes with its report (D1)', async () => {
    const { world } = await begin('smart');
    send(world, 'hello');
    await pass(world);
    expect([states(world)[0], reason(world)]).toEqual(['hello queued', 'the agent has not reported yet']);
    report(world, 'idle');
    await world.settle();
    await world.clock.advance(1);
    await world.settle();
    expect(states(world)).toEqual(['hello submitted']);
  });

  it('is held while the agent has exited, since a shell would run it, and goes after it was resumed (D1)', async () => {
    const { world, session } = await begin('plain');
    world.host.exit(session.runtimeHandle);
    await world.rounds();
    send(world, 'rm -rf precious');
    await pass(world);
    expect([states(world)[0], reason(world)]).toEqual(['rm -rf precious queued', 'the agent has exited']);
    expect(input(world)).toBe('');
    await world.resume(FIRST);
    await pass(world);
    expect(input(world)).toBe('rm -rf precious\r');
  });

  it('is not typed to an agent whose exit no round has seen yet (D1)', async () => {
    const { world, session } = await begin('shell');
    world.host.exit(session.runtimeHandle);
    send(world, 'ls');
    await pass(world);
    expect(states(world)).toEqual(['ls queued']);
    expect(input(world)).toBe('');
  });

  it('is held while the host does not answer and while the session needs recovery, with the reason (D1)', async () => {
    const { world } = await begin('shell');
    world.host.hang();
    await world.rounds();
    send(world, 'ls');
    await world.rounds();
    expect(reason(world)).toContain('the runtime cannot be reached');
    world.host.reboot();
    world.agents.shell.setInstalled('no');
    await world.rounds(2);
    expect(reason(world)).toBe('the session needs recovery');
    world.agents.shell.setInstalled('yes');
    await world.restore(FIRST);
    await pass(world);
    expect(states(world)).toEqual(['ls submitted']);
  });

  it('follows the one before it, whoever sent them (D2)', async () => {
    const { world } = await begin('shell');
    await Promise.all(['a', 'b', 'c', 'd'].map(async (text) => send(world, text)));
    await world.rounds(8);
    expect(input(world)).toBe('a\rb\rc\rd\r');
  });

  it('sent twice under one key is one message, another text under it is refused (D2)', async () => {
    const { world } = await begin('shell');
    const first = send(world, 'ls', 'k');
    await pass(world);
    expect(send(world, 'ls', 'k')).toMatchObject({ id: first.id, state: 'submitted' });
    expect(await outcomeOf((async () => send(world, 'rm', 'k'))())).toBe('IDEMPOTENCY_CONFLICT');
    await pass(world);
    expect(input(world)).toBe('ls\r');
  });

  it('that is too long, or to a session that has ended, is refused', async () => {
    const { world } = await begin('shell');
    expect(await outcomeOf((async () => send(world, 'x'.repeat(1_048_577)))())).toBe('MESSAGE_TOO_LONG');
    await world.kill(FIRST);
    expect(await outcomeOf((async () => send(world, 'ls'))())).toBe('SESSION_NOT_LIVE');
  });

  it('fails with the reason when its session ended before it could go', async () => {
    const { world } = await begin('smart');
    send(world, 'hello');
    await world.dieAt('kill.terminated', () => world.kill(FIRST));
    world.store.messages.update(world.store.messages.list(FIRST)[0]?.id as never, { state: 'queued', reason: null });
    await world.restart();
    await world.rounds();
    expect([states(world)[0], reason(world)]).toEqual(['hello failed', 'the session has ended']);
  });
});

describe('a message and a death of the daemon (D2, L1)', () => {
  it.each(['deliver.intent', 'deliver.pasted', 'deliver.echoed', 'deliver.submit', 'deliver.submitted'] as const)(
    'at %s reaches the agent once',
    async (point) => {
      const { world } = await begin('shell');
      await world.dieAt(point);
      send(world, 'ls');
      await pass(world);
      expect(world.daemon().life.isOver()).toBe(true);
      await world.restart();
      await pass(world);
      expect(states(world)).toEqual(['ls submitted']);
      expect(input(world)).toBe('ls\r');
    },
  );

  it('goes on after each call, wherever it dies', async () => {
    for (let calls = 1; calls < 40; calls += 1) {
      const { world } = await begin('shell');
      world.daemon().life.endAfter(calls);
      await outcomeOf((async () => send(world, 'ls'))());
      await pass(world);
      if (world.store.messages.list(FIRST).length === 0) continue;
      await world.restart();
      await pass(world);
      expect([calls, input(world), ...states(world)]).toEqual([calls, 'ls\r', 'ls submitted']);
    }
  });

  it.each(['deliver.pasted', 'deliver.echoed'] as const)(
    'is typed anew where the agent it was pasted into is gone before Enter, at %s',
    async (point) => {
      const { world } = await begin('shell');
      await world.dieAt(point);
      send(world, 'ls');
      await pass(world);
      world.host.reboot();
      await world.restart();
      await pass(world);
      expect(states(world)).toEqual(['ls submitted']);
      expect(input(world)).toBe('ls\r');
    },
  );

  it('fails, and says so, where nobody can tell whether Enter reached it', async () => {
    const { world } = await begin('shell');
    await world.dieAt('deliver.submit');
    send(world, 'ls');
    await pass(world);
    world.host.reboot();
    await world.restart();
    await pass(world);
    expect(states(world)).toEqual(['ls failed']);
    expect(reason(world)).toContain('send it again');
    expect(input(world)).toBe('');
  });
});

describe('Enter (D1, D2)', () => {
  it('is not pressed at a dialog that opened after the paste, and is when it is gone', async () => {
    const { world } = await begin('smart');
    report(world, 'idle');
    await world.dieAt('deliver.pasted');
    send(world, 'yes');
    await pass(world);
    await world.restart();
    report(world, 'needs_you', { attention: 'permission' });
    await pass(world);
    expect(input(world)).toBe('yes');
    await world.clock.advance(1);
    report(world, 'idle');
    await pass(world);
    expect(input(world)).toBe('yes\r');
  });

  it('that was intended and refused is not pressed at a dialog that opened since', async () => {
    const { world } = await begin('smart');
    report(world, 'idle');
    world.host.failNext('submit', failure('RUNTIME_UNAVAILABLE', 'the terminal is in copy mode'));
    send(world, 'yes');
    await world.settle();
    await world.clock.advance(1);
    await world.settle();
    expect(reason(world)).toBe('the terminal is in copy mode');
    report(world, 'needs_you', { attention: 'permission' });
    await pass(world);
    expect(input(world)).toBe('yes');
    report(world, 'idle');
    await pass(world);
    expect(input(world)).toBe('yes\r');
  });

  it('that was never pressed leaves no doubt: the message is typed anew to the next launch', async () => {
    const { world, session } = await begin('smart');
    report(world, 'idle');
    world.meanwhile.afterPaste = async () => report(world, 'needs_you', { attention: 'permission' });
    send(world, 'yes');
    await pass(world);
    expect(input(world)).toBe('yes');
    world.meanwhile.afterPaste = undefined;
    world.host.remove(session.runtimeHandle);
    await world.rounds(12);
    await world.clock.advance(1);
    report(world, 'idle');
    await pass(world);
    expect(states(world)).toEqual(['yes submitted']);
    expect(input(world)).toBe('yes\r');
  });
});

it('a delivery that fails while the database is being closed troubles nobody', async () => {
  const { world } = await begin('shell');
  world.meanwhile.afterPaste = async () => {
    world.daemon().life.end();
    throw failure('RUNTIME_UNAVAILABLE');
  };
  send(world, 'ls');
  await pass(world);
  await world.settle();
  world.meanwhile.afterPaste = undefined;
  await world.restart();
  await pass(world);
  expect(input(world)).toBe('ls\r');
});
