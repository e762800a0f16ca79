/** Keeps secrets out of logs by the name of their key, whatever the depth. Errors become plain facts. Pure. */

const SECRET_KEY = /token|secret|credential|passw|authorization|cookie|api[-_]?key|private[-_]?key/i;
/** Hashes and paths of secrets are no secrets, and are needed to follow what happened. */
const HARMLESS_KEY = /(?:hash|path|file|count)$/i;
const MAX_DEPTH = 6;
const MAX_TEXT = 8_192;

export function redactFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactRecord(facts, 0);
}

function redactRecord(record: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      SECRET_KEY.test(key) && !HARMLESS_KEY.test(key) && value !== null ? '[redacted]' : redactValue(value, depth + 1),
    ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${value.length} characters)` : value;
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Map || value instanceof Set) return redactValue([...value], depth);
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redactValue(item, depth + 1));
  return redactRecord(value as Record<string, unknown>, depth);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const facts: Record<string, unknown> = { ...error, name: error.name, message: error.message, stack: error.stack };
  return redactRecord(error.cause === undefined ? facts : { ...facts, cause: error.cause }, depth);
}
