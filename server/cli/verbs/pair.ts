/** `ao pair`: a one-time link for one more browser, whether or not a daemon runs. */
import QRCode from 'qrcode';
import { createPairingFile } from '../../adapters/pairing-file/pairing-file.ts';
import { PAIRING_CODE_TTL_MS, type PairLink } from '../../contract/device.ts';
import { pairingUrl } from '../../contract/gateway.ts';
import { readGatewayFile } from '../../launcher/gateway-file.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';

export async function pair(context: CliContext): Promise<VerbResult> {
  const { dataDir, runFile, uiPort } = locate(context);
  const gateway = readGatewayFile(runFile);
  const { code, expiresAtMs } = createPairingFile({ dataDir, nowMs: () => Date.now(), ttlMs: PAIRING_CODE_TTL_MS }).create();
  const value: PairLink = { url: pairingUrl(gateway?.port ?? uiPort, code), expiresAt: new Date(expiresAtMs).toISOString() };
  if (gateway === null) context.note('No dashboard is being served: start it with `ao up`.');
  const qr = context.stdout === 'terminal' ? `\n${await QRCode.toString(value.url, { type: 'utf8', errorCorrectionLevel: 'L' })}` : '';
  return { value, text: `${value.url}\nIt lets one browser in, once, until ${value.expiresAt}.${qr}` };
}
