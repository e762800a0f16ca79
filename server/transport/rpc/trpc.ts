/** tRPC as this daemon speaks it: the context, the error shape, and the two kinds of procedure. */
import { initTRPC } from '@trpc/server';
import { AppError } from '../../core/errors.ts';
import type { AppServices } from '../../ports/app-services.ts';
import { type DaemonState, notReady, type StopRequest } from '../state.ts';
import { fromTrpcError, toTrpcError } from './errors.ts';

/** Whoever gets here is the owner; a session's token is turned away before. */
export type RpcContext = {
  readonly services: AppServices;
  readonly state: () => DaemonState;
  /** The paired browser that asks; `null` for the command line. */
  readonly device: string | null;
  /** Begins once the answer is out, so that whoever asked learns of it. */
  readonly stopAfterAnswer: (stop: StopRequest) => void;
};

const t = initTRPC.context<RpcContext>().create({
  isDev: false,
  errorFormatter: ({ shape, error, path }) => {
    const app = fromTrpcError(error, path);
    return { ...shape, message: app.message, data: { ...shape.data, app: app.toJSON() } };
  },
});

export const router = t.router;

/** Answers in every state of the daemon. */
export const anytime = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof AppError) throw toTrpcError(result.error.cause);
  return result;
});

/** Answers once the sessions have been reconciled, and until the daemon stops. */
export const procedure = anytime.use(({ ctx, next }) => {
  const refusal = notReady(ctx.state());
  if (refusal !== null) throw refusal;
  return next();
});
