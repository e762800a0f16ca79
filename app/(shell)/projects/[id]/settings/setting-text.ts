/** A project's settings as text that a person edits, and back. Pure. What the text cannot hold is refused, never guessed at. */

/** One value a line; empty lines say nothing. */
export function toLines(values: readonly string[]): string {
  return values.join('\n');
}

export function fromLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What would not come back as it was when written bare. */
const NEEDS_QUOTES = /[\n\r]|^\s|\s$|^"/;

/** `NAME=value` a line. A value with line ends or spaces around it stands in quotes, as JSON. */
export function toEnvText(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${NEEDS_QUOTES.test(value) ? JSON.stringify(value) : value}`)
    .join('\n');
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export function fromEnvText(text: string): Parsed<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const line of fromLines(text)) {
    const at = line.indexOf('=');
    if (at < 1) return { ok: false, why: `“${line.slice(0, 80)}” is not of the form NAME=value.` };
    const name = line.slice(0, at).trim();
    const value = line.slice(at + 1).trim();
    if (Object.hasOwn(env, name)) return { ok: false, why: `${name} is there twice.` };
    const unquoted = value.startsWith('"') ? unquote(value) : value;
    if (unquoted === null) return { ok: false, why: `The quotes of ${name} do not end, or hold what JSON does not allow.` };
    env[name] = unquoted;
  }
  return { ok: true, value: env };
}

function unquote(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
