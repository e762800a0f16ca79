/** What the gateway itself answers, and the file by which others find it. Times are ISO 8601. */
import { z } from 'zod';
import { appErrorSchema } from './errors.ts';

/** `GET /gateway/state`: looking never starts a daemon. `POST /gateway/start` answers the same once a start has settled. */
export const GATEWAY_STATE_PATH = '/gateway/state';
export const GATEWAY_START_PATH = '/gateway/start';

export const gatewayStateSchema = z.object({
  /** `none`: not running, and the next request starts it. `stopped`: ended on purpose, and stays so. `failed`: it could not be started. */
  daemon: z.enum(['ready', 'starting', 'stopped', 'failed', 'none']),
  deliberate: z.boolean(),
  /** Why it could not be started, and what to do. */
  error: appErrorSchema.nullable(),
  /** The last lines that a daemon which could not start has said. */
  lastLog: z.array(z.string()),
  lastStop: z.object({ reason: z.string(), at: z.string() }).nullable(),
});
export type GatewayState = z.infer<typeof gatewayStateSchema>;

/** `gateway.json` beside the run file: the port that pages are served on. Worth something while that very process lives. */
export const gatewayFileSchema = z.object({
  pid: z.number().int().positive(),
  processStartedAt: z.string().min(1),
  bootId: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
});
export type GatewayFileEntry = z.infer<typeof gatewayFileSchema>;

/** Where people reach it. One host name in every link, since a cookie of `localhost` is none of `127.0.0.1`. */
export function gatewayUrl(port: number): string {
  return port === 80 ? 'http://localhost' : `http://localhost:${port}`;
}

/** The code stands in the hash, which no browser sends anywhere. */
export function pairingUrl(port: number, code: string): string {
  return `${gatewayUrl(port)}/pair#${code}`;
}

/** `ao up --json`, one line when it is ready. */
export const upResultSchema = z.object({
  url: z.string(),
  pairUrl: z.string(),
  pid: z.number().int(),
  daemon: z.object({ pid: z.number().int(), port: z.number().int() }).nullable(),
});
export type UpResult = z.infer<typeof upResultSchema>;
