import { expect, it } from 'vitest';
import type { SpooledReport } from '../ports/hook-spool.ts';
import { makeServiceWorld, outcomeOf } from '../testing/service-world.ts';
import { createSpooledReports } from './spooled-reports.ts';

it('applies what waited for the daemon, each on its own: one that cannot be applied costs no other (D3)', async () => {
  const world = await makeServiceWorld();
  const [first, second] = [await world.spawn(), await world.spawn()];
  world.store.sessions.update(first.id, { agent: 'from-the-future' }, { kind: 'test', reason: 'a downgrade' });
  const of = (session: typeof first, agent = session.agent): SpooledReport => ({
    sessionId: session.id,
    report: { launchId: session.launchId, agent, event: 'idle', atMs: 5_000, payload: {} },
  });
  const waiting = [of(first, 'from-the-future'), { ...of(second), sessionId: 'app-9' as never }, of(second)];
  const { log, services } = world.daemon();
  const spooled = createSpooledReports({ spool: { take: () => waiting.splice(0) }, store: world.store, reports: services.reports, log });
  expect(await outcomeOf((async () => spooled.apply())())).toBe('ok');
  expect(world.row(second.id).activity).toBe('idle');
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

it('does not apply a report whose launch the session never had (D3, S5)', async () => {
  const world = await makeServiceWorld();
  const [first, second] = [await world.spawn(), await world.spawn()];
  const forged = { sessionId: first.id, report: { launchId: second.launchId, agent: 'smart', event: 'idle', atMs: 5_000, payload: {} } };
  const { log, services } = world.daemon();
  createSpooledReports({ spool: { take: () => [forged] }, store: world.store, reports: services.reports, log }).apply();
  expect(world.row(first.id).activity).toBe('unknown');
});
