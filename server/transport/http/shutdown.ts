/** `POST /shutdown`: the owner asks the daemon to stop. Sessions live on; nothing in reach of this file could end one (I1). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { shutdownInput } from '../../contract/daemon.ts';
import { readJson } from './body.ts';
import { sendError, sendJson } from './respond.ts';

const MAX_BYTES = 8_192;

export async function handleShutdown(
  req: IncomingMessage,
  res: ServerResponse,
  { pid, requestShutdown }: { readonly pid: number; readonly requestShutdown: (reason: string) => void },
): Promise<void> {
  const body = await readJson(req, shutdownInput.partial(), { maxBytes: MAX_BYTES });
  if ('error' in body) return sendError(res, body.status, body.error);
  const reason = body.value.reason ?? 'POST /shutdown';
  // Answered first: whoever asked learns whose stop it is even if the stop is quick.
  res.once('close', () => requestShutdown(reason));
  res.setHeader('connection', 'close');
  sendJson(res, 202, { pid });
}
