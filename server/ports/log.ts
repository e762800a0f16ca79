/** Structured logs: an object of facts first, one constant sentence second. Secrets never go in. */
export type LogFacts = Readonly<Record<string, unknown>>;

export interface Log {
  debug(facts: LogFacts, message: string): void;
  info(facts: LogFacts, message: string): void;
  warn(facts: LogFacts, message: string): void;
  error(facts: LogFacts, message: string): void;
  child(facts: LogFacts): Log;
}
