/**
 * `ao up`: the gateway, in this very process, so that its pid is the one to signal. Says where it is once it is ready, opens a
 * browser there, and stays until it is told to end. The daemon follows the tabs, not this terminal.
 */
import { pathToFileURL } from 'node:url';
import { createPairingFile } from '../../adapters/pairing-file/pairing-file.ts';
import { PAIRING_CODE_TTL_MS } from '../../contract/device.ts';
import { gatewayUrl, pairingUrl, type UpResult } from '../../contract/gateway.ts';
import type { GatewayOptions, RunningGateway } from '../../gateway/main.ts';
import { readGatewayFile } from '../../launcher/gateway-file.ts';
import { sightDaemon } from '../../launcher/sighting.ts';
import { openBrowser } from '../browser.ts';
import { type CliContext, locate, type VerbResult } from '../context.ts';

export type UpOptions = {
  readonly port?: number;
  readonly open: boolean;
  /** For `npm start`, which does only what is not done yet. */
  readonly reuse?: true;
  readonly dev?: true;
};

export async function up(context: CliContext, { port, open, reuse, dev }: UpOptions): Promise<VerbResult> {
  const served = reuse === true ? await findServed(context, port) : null;
  if (served !== null) return { value: served, text: toText(served, open ? openBrowser(served.pairUrl, context.env) : 'not_asked') };
  const asked = context.untilSignal(['SIGINT', 'SIGTERM', 'SIGHUP']);
  // Not part of this bundle: pages come from Next, which no other command should have to load.
  const { startGateway } = (await import(pathToFileURL(context.gatewayEntry).href)) as {
    readonly startGateway: (options: GatewayOptions) => Promise<RunningGateway>;
  };
  const gateway = await startGateway({
    env: { ...context.env },
    cwd: context.cwd,
    homedir: context.homedir,
    daemonEntry: context.daemonEntry,
    root: context.pagesRoot,
    port: port ?? null,
    mode: dev === true ? 'development' : 'production',
    note: context.note,
  });
  const { url, pairUrl, pid, daemon } = gateway;
  const opened = open ? openBrowser(pairUrl, context.env) : 'not_asked';
  const value: UpResult = { url, pairUrl, pid, daemon };
  return { value, text: toText(value, opened), until: asked.then(() => gateway.close()) };
}

async function findServed(context: CliContext, port: number | undefined): Promise<UpResult | null> {
  const { dataDir, runFile, uiPort } = locate(context);
  const gateway = readGatewayFile(runFile);
  if (gateway === null || gateway.port !== (port ?? uiPort)) return null;
  const { code } = createPairingFile({ dataDir, nowMs: () => Date.now(), ttlMs: PAIRING_CODE_TTL_MS }).create();
  const daemon = await sightDaemon(runFile);
  return {
    url: gatewayUrl(gateway.port),
    pairUrl: pairingUrl(gateway.port, code),
    pid: gateway.pid,
    daemon: daemon.state === 'ready' ? { pid: daemon.entry.pid, port: daemon.entry.port } : null,
  };
}

function toText({ url, pairUrl }: UpResult, opened: ReturnType<typeof openBrowser> | 'not_asked'): string {
  const how = opened === 'opened' ? 'It opens in your browser; if it does not, open' : 'Open';
  return `The dashboard is at ${url}
${how} this link, which lets one browser in, once, within ten minutes:

  ${pairUrl}

Another link: \`ao pair\`. Ctrl-C ends the dashboard; your sessions live on.`;
}
