/**
 * What may happen when somebody clicks a link in a terminal. Pure. Links come from programs and from whatever text they
 * print, so they are hostile: an OSC 8 link can show one address and lead to another.
 */

export type LinkVerdict =
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'confirm'; readonly url: string; readonly why: string }
  | { readonly kind: 'refuse'; readonly why: string };

/** They run script or read this machine's files in the page's name. */
const NEVER: ReadonlySet<string> = new Set([
  'javascript:',
  'file:',
  'data:',
  'vbscript:',
  'blob:',
  'about:',
  'view-source:',
  'filesystem:',
]);
const LONGEST = 4_096;

const parse = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);

/** The host that a shown text claims to lead to, or null if it does not look like an address. */
function claimedHost(shown: string): string | null {
  const text = shown.trim();
  if (/^https?:\/\//i.test(text)) return parse(text)?.host ?? null;
  return /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/:?#]|$)/i.test(text) ? (parse(`https://${text}`)?.host ?? null) : null;
}

/**
 * @param uri where it leads, as the program gave it
 * @param shown the text on the screen, for links whose text and target differ; `null` where the text is the link
 */
export function judgeLink(uri: string, shown: string | null): LinkVerdict {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(uri)) return { kind: 'refuse', why: 'It contains control characters' };
  if (uri.length > LONGEST) return { kind: 'refuse', why: 'It is too long for an address' };
  const url = parse(uri.trim());
  if (url === null) return { kind: 'refuse', why: 'It is not an address' };
  if (NEVER.has(url.protocol)) return { kind: 'refuse', why: `Links of the kind ${url.protocol} are never opened from a terminal` };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { kind: 'confirm', url: url.href, why: `It opens another program (${url.protocol})` };
  }
  if (url.username !== '' || url.password !== '')
    return { kind: 'confirm', url: url.href, why: `It leads to ${url.host}, with a name in front of it` };
  if (/(^|\.)xn--/.test(url.hostname))
    return { kind: 'confirm', url: url.href, why: `Its host is ${url.host}, which may only look like another` };
  const claimed = shown === null ? null : claimedHost(shown);
  if (claimed !== null && claimed !== url.host)
    return { kind: 'confirm', url: url.href, why: `The text says ${claimed}, the link leads to ${url.host}` };
  return { kind: 'open', url: url.href };
}
