/** `POST /pair`: exchanges a one-time code for a device. The code is the proof; Host and Origin were looked at before. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type PairResult, pairInput } from '../../contract/device.ts';
import type { Visit } from '../../core/access/visit.ts';
import { AppError, toAppError } from '../../core/errors.ts';
import type { DeviceService } from '../../ports/app-services.ts';
import { statusOf } from '../rpc/errors.ts';
import { readJson } from './body.ts';
import { sendError, sendJson } from './respond.ts';

const MAX_BYTES = 4_096;

export async function handlePair(
  req: IncomingMessage,
  res: ServerResponse,
  { visit, devices }: { readonly visit: Visit; readonly devices: DeviceService },
): Promise<void> {
  // What a foreign page can send without asking first is no JSON.
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    return sendError(
      res,
      415,
      new AppError({ code: 'BAD_INPUT', message: '/pair takes JSON only.', hint: 'Open the link of `ao pair` in a browser.' }),
    );
  }
  const body = await readJson(req, pairInput, { maxBytes: MAX_BYTES });
  if ('error' in body) return sendError(res, body.status, body.error);
  try {
    const { setCookie, ...result } = devices.pair({ ...body.value, visit });
    res.setHeader('set-cookie', setCookie);
    sendJson(res, 200, result satisfies PairResult);
  } catch (caught) {
    const error = toAppError(caught);
    sendError(res, statusOf(error), error);
  }
}
