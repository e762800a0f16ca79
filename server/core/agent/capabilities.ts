/** What an agent can do, as plain facts that the pure decisions read. */
import type { RecoveryMode, SessionKind } from '../session/session.ts';

export type AgentCapabilities = {
  /** Continues an earlier conversation by its native id. */
  readonly canResume: boolean;
  /** Reports its activity through hooks; otherwise its activity stays `unknown`. */
  readonly canSignal: boolean;
  /** Takes a message while it works, as steering. */
  readonly steerable: boolean;
  /** A fresh one after a reboot is as good as the old one (a shell). */
  readonly freshIsWhole: boolean;
  /** Pause between the end of a paste and Enter, so that Enter is not taken as part of the paste (FACTS, tmux). */
  readonly pasteSettleMs: number;
};

/** Of an agent that this version does not know, e.g. after a downgrade: nothing may be assumed. */
export const NO_CAPABILITIES: AgentCapabilities = {
  canResume: false,
  canSignal: false,
  steerable: false,
  freshIsWhole: false,
  pasteSettleMs: 0,
};

/** What is known of the agent's own stored conversation. `unknown` is tried as if present. */
export type HistoryState = 'present' | 'absent' | 'unknown';

export type LaunchDecision =
  | { readonly kind: 'launch'; readonly mode: RecoveryMode; readonly why: string }
  | { readonly kind: 'refuse'; readonly why: string };

export type LaunchFacts = {
  readonly capabilities: AgentCapabilities;
  readonly kind: SessionKind;
  readonly hasPrompt: boolean;
  readonly hasAgentSessionId: boolean;
  readonly history: HistoryState;
};

/** How a session whose process is gone comes back (SPEC §3.3, the table). */
export function decideRelaunch(facts: LaunchFacts): LaunchDecision {
  const { capabilities } = facts;
  if (capabilities.freshIsWhole) return { kind: 'launch', mode: 'fresh', why: 'a fresh shell in the same worktree' };
  const lost = capabilities.canResume && (facts.history === 'absent' || !facts.hasAgentSessionId);
  if (capabilities.canResume && !lost) return { kind: 'launch', mode: 'resumed', why: 'the agent continues its conversation' };
  const because = lost ? "the agent's own history is gone" : 'the agent cannot resume';
  if (facts.hasPrompt) return { kind: 'launch', mode: 'replayed', why: `${because}; its prompt is replayed` };
  if (facts.kind === 'orchestrator') return { kind: 'launch', mode: 'fresh', why: `${because}; launched with its role prompt` };
  return { kind: 'refuse', why: `${because} and there is no prompt to replay` };
}
