/**
 * What a gateway does about the daemon when it ends (SPEC §1.3): one that it started and that no page ever held is ended with it;
 * any other is left to its own grace. Sessions survive either way.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { daemonStatusSchema } from '../contract/daemon.ts';
import type { RunFileEntry } from '../core/liveness/run-file.ts';
import { httpRequest } from '../launcher/http.ts';
import { presenceOf } from '../launcher/process-identity.ts';

const ANSWER_LIMIT_MS = 2_000;
const answerSchema = z.object({ result: z.object({ data: daemonStatusSchema }) });

/** Never throws: a daemon that cannot be asked has a link deadline of its own. Resolves with what was done. */
export async function endUnheldDaemon(started: RunFileEntry | null, { dataDir }: { readonly dataDir: string }): Promise<'ended' | 'left'> {
  if (started === null || presenceOf(started) === 'gone') return 'left';
  try {
    const authorization = `Bearer ${readFileSync(join(dataDir, 'credential'), 'utf8').trim()}`;
    const { port } = started;
    const asked = await httpRequest({
      port,
      path: '/trpc/daemon.status',
      method: 'GET',
      headers: { authorization },
      timeoutMs: ANSWER_LIMIT_MS,
    });
    const { owner, supervisors, graceEndsAt } = answerSchema.parse(JSON.parse(asked.text)).result.data;
    // A countdown means that somebody was there: it is his grace that runs, also over to another gateway.
    if (owner !== 'app' || supervisors > 0 || graceEndsAt !== null) return 'left';
    const body = JSON.stringify({ reason: 'the gateway that started it ended before a page was open', by: 'gateway' });
    const headers = { authorization, 'content-type': 'application/json' };
    const { status } = await httpRequest({ port, path: '/shutdown', method: 'POST', headers, body, timeoutMs: ANSWER_LIMIT_MS });
    return status === 202 ? 'ended' : 'left';
  } catch {
    return 'left';
  }
}
