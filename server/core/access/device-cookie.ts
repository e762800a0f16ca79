/**
 * The cookie that names a paired device, as text: `<device id>.<signature>`. Pure; the signature is made and checked by whoever
 * holds the key, over `devicePayload`. Knows nothing of the device's secret nor of whether the device was revoked.
 */

export type DeviceClaim = { readonly deviceId: string; readonly signature: string };

/** What is signed for a device. */
export function devicePayload(deviceId: string): string {
  return `device:${deviceId}`;
}

/** Browsers hold no cookie longer than 400 days. */
const MAX_AGE_S = 400 * 24 * 3_600;
/** A page of another port can leave cookies of the same name for us: some are looked at, not any number. */
const MAX_CANDIDATES = 8;

export type DeviceCookie = DeviceClaim & {
  readonly name: string;
  /** Of the page that the cookie is for; behind a tunnel it may not travel in the clear. */
  readonly scheme: 'http' | 'https';
};

/** The value of `Set-Cookie`. */
export function toDeviceCookie({ name, deviceId, signature, scheme }: DeviceCookie): string {
  return `${name}=${deviceId}.${signature}; ${attributes(MAX_AGE_S, scheme)}`;
}

/** The value of `Set-Cookie` that removes it. */
export function toClearedDeviceCookie({ name, scheme }: Pick<DeviceCookie, 'name' | 'scheme'>): string {
  return `${name}=; ${attributes(0, scheme)}`;
}

function attributes(maxAgeS: number, scheme: 'http' | 'https'): string {
  return `Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${scheme === 'https' ? '; Secure' : ''}`;
}

/**
 * Every whole claim under that name in the `Cookie` headers, in order: any other port of this host may have set one of the
 * same name for a longer path, which comes first, so the caller takes the first whose signature holds.
 */
export function readDeviceClaims(cookieHeaders: readonly string[], name: string): readonly DeviceClaim[] {
  return cookieHeaders
    .flatMap((header) => header.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .slice(0, MAX_CANDIDATES)
    .flatMap((pair) => parseClaim(pair.slice(name.length + 1)));
}

function parseClaim(value: string): readonly DeviceClaim[] {
  const match = /^([A-Za-z0-9_-]{1,80})\.([A-Za-z0-9_-]{43})$/.exec(value);
  return match?.[1] === undefined || match[2] === undefined ? [] : [{ deviceId: match[1], signature: match[2] }];
}
