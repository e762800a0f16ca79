/**
 * HTTP to the daemon over node:http. Not `fetch`: that gives up on an answer after five minutes, and a spawn whose post-create
 * commands install a project may take longer.
 */
import { request } from 'node:http';

export type HttpRequest = {
  readonly port: number;
  readonly path: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Without it there is no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

export type HttpAnswer = { readonly status: number; readonly text: string };

/** Rejects with the system's error (`ECONNREFUSED`, …), or with the code `ETIMEDOUT`. */
export function httpRequest({ port, path, method, headers = {}, body, timeoutMs, signal }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sized = body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
    const call = request(
      { host: '127.0.0.1', port, path, method, headers: sized, agent: false, ...(signal === undefined ? {} : { signal }) },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('close', () => {
          clearTimeout(timer);
          if (!res.complete)
            return reject(Object.assign(new Error('the connection broke in the middle of the answer'), { code: 'ECONNRESET' }));
          resolve({ status: res.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => call.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })), timeoutMs);
    call.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    call.end(body);
  });
}
