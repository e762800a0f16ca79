/**
 * The installation's signing key: what the gateway and the daemon both know and no browser, agent or page does. It signs device
 * cookies and what the gateway tells the daemon; the payloads are made by `core/access`, each with a prefix of its own, so that
 * a signature for one purpose is none for another.
 */
export interface GatewayKey {
  /** HMAC-SHA-256, base64url. */
  sign(payload: string): string;
  /** In constant time; any text may be presented. */
  verify(payload: string, signature: string): boolean;
}
