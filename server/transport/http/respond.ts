/** Plain JSON answers, never cached, and errors in the contract's shape. */
import type { ServerResponse } from 'node:http';
import { AppError } from '../../core/errors.ts';

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  if (res.headersSent) return;
  const text = `${JSON.stringify(body)}\n`;
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

export function sendError(res: ServerResponse, status: number, error: AppError): void {
  sendJson(res, status, { error: error.toJSON() });
}

/** On every answer, whoever writes it. */
export function setCommonHeaders(res: ServerResponse): void {
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('cache-control', 'no-store');
  res.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  res.setHeader('referrer-policy', 'no-referrer');
  res.setHeader('cross-origin-resource-policy', 'same-origin');
}

/** Whoever asks has not proven who it is. */
export function unauthenticated(why: string): AppError {
  return new AppError({
    code: 'UNAUTHENTICATED',
    message: `${why}.`,
    hint: 'Use the `ao` command, which reads the credential of the data directory (AO_DATA_DIR), or open the link of `ao pair` in this browser.',
  });
}
