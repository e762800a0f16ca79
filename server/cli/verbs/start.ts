/** `ao start`: a ready headless daemon, whoever started it. A deliberate stop before is over with it. */
import { createStopFile } from '../../adapters/stop-file/stop-file.ts';
import { ensureDaemon } from '../../launcher/ensure-daemon.ts';
import { createApi } from '../client.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';
import { readCredential } from '../credential.ts';

export async function start(context: CliContext): Promise<VerbResult> {
  const locations = locate(context);
  const { env, daemonEntry } = context;
  const { entry, started } = await ensureDaemon({ env, daemonEntry, owner: 'headless' }, locations);
  // After it is ready: a start that failed leaves the stop what it was, and no tab tries on.
  createStopFile(locations).clear();
  let { owner } = entry;
  if (owner === 'app') {
    // A daemon that a user starts by hand outlives every window (I8).
    ({ owner } = await createApi(entry, readCredential(locations.dataDir, env)).daemon.setOwner.mutate({ owner: 'headless' }));
    context.note(`The daemon (pid ${entry.pid}) belonged to the app; it is headless now and outlives every window.`);
  }
  const value = { state: 'ready' as const, pid: entry.pid, port: entry.port, owner, already: started === 'already' };
  return { value, text: `${value.already ? 'Already running' : 'Ready'}: pid ${entry.pid}, port ${entry.port}, ${owner}.` };
}
