/**
 * Claude Code's hook events in our words. Pure, and safe with anything: what comes in is an agent's text. The events are
 * those of version 2.1.197; one that is not known says nothing.
 */
import type { AgentSignal } from '../../../core/agent/signal.ts';

type Payload = Readonly<Record<string, unknown>>;

const CONVERSATION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id goes on a command line later: nothing but a uuid is ever taken from a hook. */
export function isConversationId(text: string): boolean {
  return CONVERSATION_ID.test(text);
}

export function interpretHook(event: string, payload: Payload): AgentSignal | null {
  const meaning = deriveMeaning(event, payload);
  if (meaning === null) return null;
  const id = payload['session_id'];
  // A conversation that only started has no transcript yet: after `/clear` and a reboot it could not be resumed, the one
  // before it can. It counts from the first thing said in it.
  const counts = event !== 'SessionStart' && event !== 'SessionEnd';
  return { ...meaning, agentSessionId: counts && typeof id === 'string' && isConversationId(id) ? id : null };
}

type Meaning = Omit<AgentSignal, 'agentSessionId'>;
const WORKING: Meaning = { activity: 'working', attention: null };
const IDLE: Meaning = { activity: 'idle', attention: null };
const needsYou = (attention: string): Meaning => ({ activity: 'needs_you', attention });

function deriveMeaning(event: string, payload: Payload): Meaning | null {
  switch (event) {
    case 'SessionStart':
      // `compact` comes in the middle of a turn.
      return payload['source'] === 'compact' ? null : IDLE;
    case 'UserPromptSubmit':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return WORKING;
    case 'PermissionRequest':
      return needsYou(attentionOfTool(payload['tool_name']));
    case 'Notification':
      return deriveNotification(payload['notification_type']);
    case 'Stop':
      return IDLE;
    case 'StopFailure':
      // The turn was cut off (limit, credit, login): it will not go on by itself.
      return needsYou('error');
    case 'SessionEnd':
      // `/clear` and `/resume` end one conversation and start the next in the same process.
      return payload['reason'] === 'clear' || payload['reason'] === 'resume' ? null : { activity: 'unknown', attention: null };
    default:
      return null;
  }
}

function deriveNotification(type: unknown): Meaning | null {
  // Six seconds after any dialog was opened and nothing typed; also for dialogs that are no tool's.
  if (type === 'permission_prompt' || type === 'worker_permission_prompt') return needsYou('permission');
  if (type === 'elicitation_dialog') return needsYou('question');
  // Comes a minute after the turn ended, also after one that the user interrupted, for which there is no Stop.
  return type === 'idle_prompt' ? IDLE : null;
}

function attentionOfTool(tool: unknown): string {
  if (tool === 'AskUserQuestion') return 'question';
  return tool === 'ExitPlanMode' ? 'plan' : 'permission';
}
