/** Reports that agents' hooks left while no daemon answered (D3). */
import type { SessionId } from '../core/ids.ts';
import type { HookReport } from './app-services.ts';

export type SpooledReport = { readonly sessionId: SessionId; readonly report: HookReport };

export interface HookSpool {
  /** Takes everything that is there, oldest first. What cannot be read is dropped with a warning; nothing is given out twice. */
  take(): readonly SpooledReport[];
}
