import { expect, it } from 'vitest';
import type { DashboardDeps } from './dashboard.ts';
import { openFront } from './front.ts';

it('opens nothing for whoever comes once the daemon is stopping', async () => {
  // Whoever opened a dashboard on these would fail at once.
  const front = openFront({} as DashboardDeps);
  await front.close();
  await expect(front.terminals.view({} as never, {} as never)).rejects.toMatchObject({ code: 'DAEMON_STOPPING' });
});
