/** A stand-in for the daemon's hook endpoint: takes what is posted to `/hooks` and remembers it, credential included. */
import { createServer } from 'node:http';
import { type HookInput, hookInput } from '../../contract/hook.ts';
import { listenLocally } from './listen.ts';

export type ReceivedHook = HookInput & { readonly authorization: string };
export type HookReceiver = AsyncDisposable & {
  readonly port: number;
  readonly received: readonly ReceivedHook[];
  readonly bodies: readonly string[];
};

/** `answer`: the status it gives, or `never` for one that hangs. */
export async function openHookReceiver(answer: number | 'never' = 204): Promise<HookReceiver> {
  const received: ReceivedHook[] = [];
  const bodies: string[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      bodies.push(body);
      if (incoming.url === '/hooks' && incoming.method === 'POST')
        received.push({ ...hookInput.parse(JSON.parse(body)), authorization: incoming.headers.authorization ?? '' });
      if (answer !== 'never') response.writeHead(answer).end();
    });
  });
  const { port, close } = await listenLocally(server);
  return { port, received, bodies, [Symbol.asyncDispose]: close };
}
