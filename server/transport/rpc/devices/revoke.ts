import { deviceRevokeInput } from '../../../contract/device.ts';
import { toDeviceView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const revokeDevice = procedure
  .input(deviceRevokeInput)
  .mutation(({ ctx, input }) => toDeviceView(ctx.services.devices.revoke(input.id), ctx.device));
