/**
 * One HTTP request, carried to the daemon and its answer back, as it streams. Nothing of the body is read before the daemon has
 * accepted the connection, so a request that found nobody can be given again, whole; one that broke later never is.
 */
import { type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { toBrowserHeaders } from './forwarded-headers.ts';

export type ProxyOrder = {
  readonly port: number;
  readonly headers: OutgoingHttpHeaders;
  /** The body where it has been read already. */
  readonly body: Buffer | null;
};

/** `nobody`: nothing was sent and nothing answered. `broken`: it was, and no answer began. `done`: there is nothing left to do. */
export type ProxyOutcome = 'done' | 'nobody' | 'broken';

export function proxyRequest(req: IncomingMessage, res: ServerResponse, { port, headers, body }: ProxyOrder): Promise<ProxyOutcome> {
  return new Promise((resolve) => {
    if (res.destroyed) return resolve('done');
    let stage: 'connecting' | 'asked' | 'answered' = 'connecting';
    // A connection of its own: on loopback it costs a tenth of a millisecond, and a kept one may close just as it is used.
    const upstream = request({ host: '127.0.0.1', port, method: req.method, path: req.url, headers, agent: false, setHost: false });
    const giveUp = (): void => {
      upstream.destroy();
      resolve('done');
    };
    res.once('close', giveUp);
    const settle = (outcome: ProxyOutcome): void => {
      res.off('close', giveUp);
      resolve(outcome);
    };
    upstream.once('socket', (socket) =>
      socket.once('connect', () => {
        stage = 'asked';
        if (body === null) req.pipe(upstream);
        else upstream.end(body);
      }),
    );
    upstream.once('response', (answer) => {
      stage = 'answered';
      if (res.destroyed) return giveUp();
      res.writeHead(answer.statusCode ?? 502, answer.statusMessage, toBrowserHeaders(answer));
      // Headers of a stream whose first part takes its time.
      res.flushHeaders();
      // An answer cut off by the daemon's end is cut off here too: the browser must not take a part for the whole.
      pipeline(answer, res, () => {
        upstream.destroy();
        settle('done');
      });
    });
    upstream.on('error', () => {
      if (stage === 'answered') return;
      req.unpipe(upstream);
      settle(stage === 'connecting' ? 'nobody' : 'broken');
    });
  });
}
