/** Commands and questions to the daemon: tRPC over one batched HTTP endpoint, with the device's secret in each request. */
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppErrorFacts } from '../../server/core/errors.ts';
import type { AppRouter } from '../../server/transport/rpc/router.ts';
import type { Problem } from '../_ui/inline-error.tsx';
import { DEVICE_SECRET_HEADER, readDeviceSecret } from './device.ts';
import { readRefusal } from './gateway.ts';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export function createRpcClient() {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: '/trpc',
        headers: () => {
          const secret = readDeviceSecret();
          return secret === null ? {} : { [DEVICE_SECRET_HEADER]: secret };
        },
      }),
    ],
  });
}

/** What to show of any failure: the daemon's own words, the gateway's, or that there was no answer. */
export function toProblem(caught: unknown): Problem {
  if (!(caught instanceof TRPCClientError)) return { message: caught instanceof Error ? caught.message : String(caught) };
  const facts = (caught.data as { readonly app?: AppErrorFacts } | null | undefined)?.app;
  if (facts !== undefined) return facts;
  const meta = caught.meta as { readonly response?: { readonly status?: number }; readonly responseJSON?: unknown } | undefined;
  const status = meta?.response?.status;
  if (status !== undefined) return readRefusal(meta?.responseJSON ?? null, status);
  return {
    message: 'The dashboard’s server did not answer.',
    hint: 'Nothing you typed is lost. Is `ao up` still running in its terminal?',
  };
}
