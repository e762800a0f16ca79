/** `POST /hooks`: an agent reports for its own session. The only thing a session's token can do. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hookInput } from '../../contract/hook.ts';
import { AppError } from '../../core/errors.ts';
import type { ReportService } from '../../ports/app-services.ts';
import { readJson } from './body.ts';
import type { Principal } from './principal.ts';
import { sendError, sendJson } from './respond.ts';

const MAX_BYTES = 1_500_000;

export async function handleHook(
  req: IncomingMessage,
  res: ServerResponse,
  { principal, reports }: { readonly principal: Principal; readonly reports: ReportService },
): Promise<void> {
  if (principal.kind !== 'session') {
    return sendError(
      res,
      403,
      new AppError({
        code: 'FORBIDDEN',
        message: 'Only a session reports for itself.',
        hint: 'Use the token in AO_SESSION_TOKEN of that session.',
      }),
    );
  }
  const body = await readJson(req, hookInput, { maxBytes: MAX_BYTES });
  if ('error' in body) return sendError(res, body.status, body.error);
  const { sessionId, launchId, agent, event, atMs, payload } = body.value;
  if (sessionId !== principal.sessionId || launchId !== principal.launchId) {
    return sendError(
      res,
      403,
      new AppError({
        code: 'FORBIDDEN',
        message: 'This token belongs to another session or launch.',
        hint: 'A session can report only for itself.',
      }),
    );
  }
  reports.report(principal, { launchId: principal.launchId, agent, event, atMs, payload });
  sendJson(res, 200, { accepted: true });
}
