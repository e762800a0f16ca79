/** Agents: how each is found, started, resumed and prepared. One adapter a directory; the registry is wired by the daemon. */
import type { AgentCapabilities, HistoryState } from '../core/agent/capabilities.ts';
import type { AgentSignal } from '../core/agent/signal.ts';
import type { InstanceId, LaunchId, ProjectId, SessionId } from '../core/ids.ts';
import type { LaunchMode, SessionKind } from '../core/session/session.ts';

export type AgentLaunchContext = {
  readonly sessionId: SessionId;
  readonly projectId: ProjectId;
  readonly instanceId: InstanceId;
  readonly launchId: LaunchId;
  readonly kind: SessionKind;
  readonly mode: LaunchMode;
  /** The saved prompt; given only where it is to be said now (`spawned`, `replayed`). */
  readonly prompt: string | null;
  /** The orchestrator's role, as a system prompt; `null` for workers. */
  readonly rolePrompt: string | null;
  /** The `custom` agent's command. */
  readonly command: string | null;
  readonly agentSessionId: string | null;
  readonly worktree: string;
  readonly repository: string;
  /** The environment the agent will have; `PATH` and `HOME` are looked up here, not in the daemon's. */
  readonly env: Readonly<Record<string, string>>;
};

export type AgentLaunch = {
  readonly argv: readonly [string, ...string[]];
  /** Added to the session's environment, e.g. `AO_PROMPT`. */
  readonly env: Readonly<Record<string, string>>;
};

export interface AgentAdapter {
  readonly name: string;
  readonly capabilities: AgentCapabilities;
  /** Throws `AGENT_NOT_FOUND` (what is missing on which PATH, how to install it) or `COMMAND_REQUIRED`. Writes nothing. */
  assertAvailable(context: { readonly env: Readonly<Record<string, string>>; readonly command: string | null }): Promise<void>;
  /** A conversation id that we choose, or `null` where the agent reports its own or has none. */
  newAgentSessionId(): string | null;
  /** Whether the agent's own stored conversation is still there. */
  history(context: {
    readonly env: Readonly<Record<string, string>>;
    readonly worktree: string;
    readonly agentSessionId: string | null;
  }): Promise<HistoryState>;
  /** Writes what the agent needs before a launch (trust, hook settings), outside the worktree. Idempotent. Throws `AGENT_SETUP_FAILED`. */
  prepare(context: AgentLaunchContext): Promise<void>;
  /** Pure: argv and extra environment for this launch. */
  launch(context: AgentLaunchContext): AgentLaunch;
  /** Pure: what a hook event means; `null` for one that says nothing of activity. `event` and `payload` come from outside. */
  interpret(event: string, payload: Readonly<Record<string, unknown>>): AgentSignal | null;
}

export interface AgentRegistry {
  readonly names: readonly string[];
  /** Throws `AGENT_UNKNOWN` naming the known ones. */
  get(name: string): AgentAdapter;
}
