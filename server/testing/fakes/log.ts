/** A log that keeps its lines, for tests that ask what was said. */
import type { Log, LogFacts } from '../../ports/log.ts';

export type LogLine = { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly facts: LogFacts; readonly message: string };

export type RecordingLog = Log & { readonly lines: readonly LogLine[] };

export function createRecordingLog(): RecordingLog {
  const lines: LogLine[] = [];
  const make = (base: LogFacts): Log => {
    const at = (level: LogLine['level']) => (facts: LogFacts, message: string) =>
      void lines.push({ level, facts: { ...base, ...facts }, message });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: (facts) => make({ ...base, ...facts }) };
  };
  return { ...make({}), lines };
}
