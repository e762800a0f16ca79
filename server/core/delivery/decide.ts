/**
 * When a queued message may be delivered, and what its next step is after a crash (SPEC §3.6). Pure. The runtime's receipts
 * make it once: paste and receipt are one step of the host, and so are Enter and receipt.
 */
import type { AgentCapabilities } from '../agent/capabilities.ts';
import type { LaunchId, MessageId } from '../ids.ts';
import type { Session } from '../session/session.ts';
import type { RuntimeLook } from '../session/status.ts';

export type DeliveryGate =
  | { readonly kind: 'go' }
  | { readonly kind: 'hold'; readonly why: string }
  | { readonly kind: 'fail'; readonly why: string };

const hold = (why: string): DeliveryGate => ({ kind: 'hold', why });

export function decideDelivery(session: Session, capabilities: AgentCapabilities, look: RuntimeLook): DeliveryGate {
  if (session.parked) return hold('the session is parked');
  if (session.phase === 'terminated') return { kind: 'fail', why: 'the session has ended' };
  if (session.killRequestedAtMs !== null) return hold('the session is being killed');
  if (session.phase === 'spawning') return hold('the session is being started');
  if (session.recovery !== null)
    return hold(session.recovery.state === 'queued' ? 'the session is recovering' : 'the session needs recovery');
  if (look.state === 'unknown') return hold(`the runtime cannot be reached: ${look.why}`);
  // A shell left behind by an exited agent would execute the text.
  if (session.exit !== null) return hold('the agent has exited');
  if (!capabilities.canSignal) return { kind: 'go' };
  switch (session.activity) {
    case 'idle':
      return { kind: 'go' };
    case 'working':
      return capabilities.steerable ? { kind: 'go' } : hold('the agent works');
    case 'needs_you':
      // Enter would answer the dialog.
      return hold(`the agent waits for you${session.attention === null ? '' : `: ${session.attention}`}`);
    case 'unknown':
      return hold('the agent has not reported yet');
  }
}

export type MessageFacts = {
  readonly id: MessageId;
  readonly state: 'queued' | 'pasted' | 'echoed' | 'submitted' | 'accepted' | 'failed';
  /** The launch for which the paste was intended; written before it. */
  readonly launchId: LaunchId | null;
  readonly submitStartedAtMs: number | null;
};

export type DeliveryStep =
  | { readonly kind: 'paste' }
  | { readonly kind: 'note-pasted' }
  | { readonly kind: 'await-echo' }
  | { readonly kind: 'submit' }
  | { readonly kind: 'note-submitted' }
  | { readonly kind: 'requeue'; readonly why: string }
  | { readonly kind: 'fail'; readonly why: string }
  | { readonly kind: 'done' };

export function nextDeliveryStep(
  message: MessageFacts,
  current: { readonly launchId: LaunchId; readonly pasted: MessageId | null; readonly submitted: MessageId | null },
): DeliveryStep {
  if (message.state === 'submitted' || message.state === 'accepted' || message.state === 'failed') return { kind: 'done' };
  if (message.launchId !== null && message.launchId !== current.launchId) {
    // The text went with the process it was pasted into; whether Enter reached it cannot be told any more.
    if (message.submitStartedAtMs !== null)
      return {
        kind: 'fail',
        why: 'the agent went away while the message was being submitted; send it again if it is not in the conversation',
      };
    return { kind: 'requeue', why: 'the agent it was pasted into is gone' };
  }
  if (message.launchId !== null && current.submitted === message.id) return { kind: 'note-submitted' };
  if (message.state === 'queued')
    return message.launchId !== null && current.pasted === message.id ? { kind: 'note-pasted' } : { kind: 'paste' };
  if (message.state === 'pasted' && message.submitStartedAtMs === null) return { kind: 'await-echo' };
  return { kind: 'submit' };
}
