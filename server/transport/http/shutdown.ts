/** `POST /shutdown`: the owner asks the daemon to stop. Sessions live on; nothing in reach of this file could end one (I1). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { shutdownInput } from '../../contract/daemon.ts';
import type { StopRequest } from '../state.ts';
import { readJson } from './body.ts';
import { sendError, sendJson } from './respond.ts';

const MAX_BYTES = 8_192;

export async function handleShutdown(
  req: IncomingMessage,
  res: ServerResponse,
  { pid, requestStop }: { readonly pid: number; readonly requestStop: (stop: StopRequest) => void },
): Promise<void> {
  const body = await readJson(req, shutdownInput.partial(), { maxBytes: MAX_BYTES });
  if ('error' in body) return sendError(res, body.status, body.error);
  const { reason = 'POST /shutdown', by = 'user' } = body.value;
  // Answered first: whoever asked learns whose stop it is even if the stop is quick.
  res.once('close', () => requestStop({ reason, by }));
  res.setHeader('connection', 'close');
  sendJson(res, 202, { pid });
}
