/** A tab as the dashboard opens it, with a real socket.io client. */
import { io, type Socket } from 'socket.io-client';
import { GATEWAY_HEADER } from '../contract/device.ts';
import type { FeedEvent, Handshake, ServerToTab, Supervision, TabToServer } from '../contract/socket.ts';
import { PROTOCOL_VERSION } from '../contract/version.ts';
import { toGatewayHeader } from '../core/access/gateway-claim.ts';
import { createFakeKey } from './fakes/gateway-key.ts';
import type { Browser } from './http-daemon.ts';
import { eventually } from './resources.ts';

export type Tab = {
  readonly socket: Socket<ServerToTab, TabToServer>;
  readonly verdicts: readonly Supervision['verdict'][];
  readonly feed: readonly FeedEvent[];
  /** Messages of refused connections. */
  readonly refusals: readonly { readonly message: string; readonly code: string | undefined }[];
  /** Why its connections ended. */
  readonly ends: readonly string[];
  /** Resolves once it has heard the verdict. */
  hears(verdict: Supervision['verdict']): Promise<true>;
  /** Closes as a tab does that said goodbye on `pagehide`. */
  leave(): void;
  /** As a browser that is killed: the operating system cuts the line. */
  cut(): void;
};

export type TabOptions = {
  readonly auth?: Partial<Handshake> | Record<string, unknown>;
  readonly cookie?: string;
  /** The Host that the browser named; through the gateway. */
  readonly via?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reconnection?: 'on' | 'off';
};

let tabs = 0;

export function openTab(port: number, browser: Browser, options: TabOptions = {}): Tab {
  tabs += 1;
  const { via, reconnection = 'off' } = options;
  const gateway =
    via === undefined ? {} : { [GATEWAY_HEADER]: toGatewayHeader({ scheme: 'https', host: via, atMs: Date.now() }, createFakeKey().sign) };
  const socket: Tab['socket'] = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: reconnection === 'on',
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
    extraHeaders: { cookie: options.cookie ?? browser.cookie, ...gateway, ...options.headers },
    auth: { secret: browser.secret, protocol: PROTOCOL_VERSION, role: 'app', tab: `tab-of-test-${tabs}`, ...options.auth },
  });
  const verdicts: Supervision['verdict'][] = [];
  const feed: FeedEvent[] = [];
  const refusals: { message: string; code: string | undefined }[] = [];
  const ends: string[] = [];
  socket.on('supervision', ({ verdict }) => void verdicts.push(verdict));
  socket.on('feed', (event) => void feed.push(event));
  socket.on('connect_error', (error) => {
    const { data } = error as Error & { readonly data?: { readonly code?: string } };
    refusals.push({ message: error.message, code: data?.code });
  });
  socket.on('disconnect', (reason) => void ends.push(reason));
  return {
    socket,
    verdicts,
    feed,
    refusals,
    ends,
    hears: (verdict) =>
      eventually(
        () => `the tab hears ${verdict}; it heard ${verdicts.join()} and was refused with ${JSON.stringify(refusals)}`,
        () => verdicts.includes(verdict),
      ),
    leave() {
      socket.emit('goodbye');
      socket.disconnect();
    },
    cut() {
      const { transport } = socket.io.engine as unknown as { readonly transport: { readonly ws: { terminate?: () => void } } };
      if (transport.ws.terminate === undefined) throw new Error('the client runs on a WebSocket that cannot be cut');
      socket.io.reconnection(false);
      transport.ws.terminate();
    },
  };
}
