/**
 * The security headers of a page (SPEC §8). Scripts: our own files, and inline only what carries the nonce of this very answer.
 * Styles may be inline: the terminal and the toasts make style elements, and a style runs nothing.
 */

export type PagePolicy = {
  /** Base64, new for each answer. */
  readonly nonce: string;
  /** The `Host` of the request, which has been allowed; some browsers do not take a WebSocket of the same host for `'self'`. */
  readonly host: string;
  /** Next's development client evaluates code. */
  readonly mode: 'production' | 'development';
};

export function toContentSecurityPolicy({ nonce, host, mode }: PagePolicy): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${mode === 'development' ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ws://${host} wss://${host}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
