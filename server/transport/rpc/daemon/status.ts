import { toDaemonStatus } from '../../views.ts';
import { anytime } from '../trpc.ts';

export const daemonStatus = anytime.query(({ ctx }) => toDaemonStatus(ctx.services.daemon.status()));
