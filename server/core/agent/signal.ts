/** An agent's report, translated to our words by its adapter. */
import type { Activity } from '../session/session.ts';

export type AgentSignal = {
  readonly activity: Activity | null;
  /** What it waits for, with `needs_you`. */
  readonly attention: string | null;
  /** The native conversation id, where the report carries one. */
  readonly agentSessionId: string | null;
};
