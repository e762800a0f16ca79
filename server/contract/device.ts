/**
 * Paired devices (SPEC §8): a browser is let in by two things together, an HttpOnly cookie that names the device and is signed
 * with the installation's key, and a secret in origin storage that travels in a header. Neither alone is enough, since cookies
 * ignore ports. Times are ISO 8601.
 */
import { z } from 'zod';

/** `<device id>.<signature>`; the gateway checks the signature before it starts or proxies anything. */
export const DEVICE_COOKIE = 'ao_device';
/** Header of every request of a page, and `auth.secret` of its socket. */
export const DEVICE_SECRET_HEADER = 'x-ao-device-secret';
/**
 * Set by the gateway and trusted only with a valid signature: the origin that the browser knows us by, so that the daemon knows
 * who came through a tunnel. Made and read by `core/access/gateway-claim.ts`.
 */
export const GATEWAY_HEADER = 'x-ao-gateway';

/** A pairing link lives this long. Milliseconds. */
export const PAIRING_CODE_TTL_MS = 10 * 60_000;
/** `POST /pair` on gateway and daemon: exchanges a code for a device; the answer sets the cookie. */
export const pairInput = z.object({
  code: z.string().min(20).max(100),
  /** What the owner knows this browser by, e.g. "Firefox on Linux". */
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters'),
});
export const pairResultSchema = z.object({ deviceId: z.string(), secret: z.string() });
export type PairResult = z.infer<typeof pairResultSchema>;

export const deviceViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  /** Whether this is the device that asks. */
  current: z.boolean(),
});
export type DeviceView = z.infer<typeof deviceViewSchema>;
export const deviceRevokeInput = z.object({ id: z.string().min(1).max(80) });

/** `ao pair --json`. */
export const pairLinkSchema = z.object({ url: z.string(), expiresAt: z.string() });
export type PairLink = z.infer<typeof pairLinkSchema>;
