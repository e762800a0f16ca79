/** `ao devices` and `ao devices revoke`. */
import { connect } from '../client.ts';
import type { CliContext, VerbResult } from '../context.ts';
import { formatTable } from '../table.ts';

export async function listDevices(context: CliContext): Promise<VerbResult> {
  const devices = await (await connect(context)).devices.list.query();
  if (devices.length === 0) return { value: devices, text: 'No browser is paired. Pair one: `ao pair`.' };
  const rows = devices.map(({ id, name, createdAt, lastSeenAt }) => [id, name, createdAt, lastSeenAt]);
  return { value: devices, text: formatTable(['ID', 'NAME', 'PAIRED', 'LAST SEEN'], rows) };
}

export async function revokeDevice(context: CliContext, id: string): Promise<VerbResult> {
  const device = await (await connect(context)).devices.revoke.mutate({ id });
  return { value: device, text: `Revoked ${id}; its open pages are cut off.` };
}
