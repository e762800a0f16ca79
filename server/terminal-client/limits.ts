/** The wire's limits, written out and checked by the compiler against the contract's own, so that zod stays out of the page. */
import type { TERMINAL_LIMITS } from '../contract/socket.ts';

type Limits = typeof TERMINAL_LIMITS;

export const MAX_INPUT_BYTES: Limits['maxInputBytes'] = 65_536;
export const HIGH_WATER_BYTES: Limits['highWaterBytes'] = 65_536;
export const LOW_WATER_BYTES: Limits['lowWaterBytes'] = 16_384;
export const MAX_HISTORY_ROWS: Limits['maxHistoryRows'] = 1_000;
export const SIZE_LIMITS: Pick<Limits, 'minCols' | 'maxCols' | 'minRows' | 'maxRows'> = {
  minCols: 2,
  maxCols: 1_000,
  minRows: 2,
  maxRows: 1_000,
};
