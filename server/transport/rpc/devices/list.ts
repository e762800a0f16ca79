import { toDeviceView } from '../../views.ts';
import { procedure } from '../trpc.ts';

export const listDevices = procedure.query(({ ctx }) => ctx.services.devices.list().map((device) => toDeviceView(device, ctx.device)));
