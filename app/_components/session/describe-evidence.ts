/** Evidence in words. Pure. */
import type { EvidenceView } from '../../../server/contract/evidence.ts';

export function describeLook({ state, pid, detail }: Omit<NonNullable<EvidenceView['look']>, 'at'>): string {
  switch (state) {
    case 'alive':
      return pid === null ? 'Its process runs' : `Process ${pid} runs`;
    case 'exited':
      return detail === null ? 'Its agent has ended' : `Its agent has ended (${detail})`;
    case 'dead':
      return detail === null ? 'Its runtime is gone' : `Its runtime is gone: ${detail}`;
    case 'unknown':
      return detail === null ? 'It cannot be told' : `It cannot be told: ${detail}`;
    default:
      return state satisfies never;
  }
}

export function describeExit({ code, signal }: Omit<NonNullable<EvidenceView['exit']>, 'at'>): string {
  if (signal !== null) return `Ended by ${signal}`;
  return code === null ? 'Ended' : `Code ${code}`;
}
