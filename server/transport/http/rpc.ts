/** `/trpc/*`: hands a request of the owner to tRPC, and answers everybody else in tRPC's own shape. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getTRPCErrorShape } from '@trpc/server';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import { statusOf, toTrpcError } from '../rpc/errors.ts';
import { appRouter } from '../rpc/router.ts';
import type { RpcContext } from '../rpc/trpc.ts';
import type { Principal } from './principal.ts';
import { sendJson } from './respond.ts';

/** A message of 1 MiB grows to six times that as JSON, if it is all control characters. */
const MAX_BYTES = 7 * 1024 * 1024;
const MAX_BATCH = 50;

export type RpcRequest = { readonly principal: Principal; readonly path: string; readonly context: RpcContext; readonly log: Log };

export async function handleRpc(req: IncomingMessage, res: ServerResponse, { principal, path, context, log }: RpcRequest): Promise<void> {
  // Before tRPC looks at anything: it would answer an unknown procedure with 404, and HEAD with 204, whoever asks.
  const refusal = refuse(principal);
  if (refusal !== null) return sendRefusal(res, refusal, path);
  await nodeHTTPRequestHandler({
    req,
    res,
    path,
    router: appRouter,
    maxBodySize: MAX_BYTES,
    maxBatchSize: MAX_BATCH,
    createContext: () => Promise.resolve(context),
    onError: ({ error, path: procedure }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR') log.error({ error: error.cause ?? error, procedure }, 'A procedure failed');
    },
  });
}

function refuse(principal: Principal): AppError | null {
  switch (principal.kind) {
    case 'owner':
      return null;
    case 'session':
      return new AppError({
        code: 'FORBIDDEN',
        message: `The token of session ${principal.sessionId} may only report what that session does.`,
        hint: 'Run this command in a terminal of your own, outside the session.',
      });
    case 'nobody':
      return principal.refusal;
  }
}

/** One error for the whole request, a batch included: the client takes it for each of its calls. */
function sendRefusal(res: ServerResponse, refusal: AppError, path: string): void {
  const error = toTrpcError(refusal);
  const shape = getTRPCErrorShape({ config: appRouter._def._config, error, type: 'unknown', path, input: undefined, ctx: undefined });
  res.setHeader('connection', 'close');
  sendJson(res, statusOf(refusal), { error: shape });
}
