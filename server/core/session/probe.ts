/**
 * What one look at the runtimes says. "Cannot tell" has a value of its own (`unknown`) and never counts as absence (I9).
 */
import type { InstanceId, LaunchId, RuntimeHandle } from '../ids.ts';
import type { ExitFact } from './session.ts';

/** Why a runtime is held to be absent: its host answered without it, or the host itself is proven gone. */
export type DeathEvidence = 'absent' | 'host_gone';

export type Probe =
  | { readonly state: 'alive'; readonly pid: number; readonly tags: ObservedTags }
  | { readonly state: 'exited'; readonly exit: ExitFact; readonly tags: ObservedTags }
  | { readonly state: 'dead'; readonly evidence: DeathEvidence }
  | { readonly state: 'unknown'; readonly why: string };

/** Tags as read from outside: `null` where the runtime carries none or carries nonsense. */
export type ObservedTags = {
  readonly instanceId: InstanceId | null;
  /** As tagged, unverified text. */
  readonly sessionId: string | null;
  readonly launchId: LaunchId | null;
};

/** A runtime seen on a host, whether or not a row asks for it. */
export type SeenRuntime = {
  readonly handle: RuntimeHandle;
  readonly probe: Extract<Probe, { state: 'alive' | 'exited' }>;
};

export type RuntimeObservation = {
  /** One entry for each handle asked for. */
  readonly byHandle: ReadonlyMap<RuntimeHandle, Probe>;
  /** Everything seen that carries any `@ao` tag. Untagged runtimes are never listed, so they cannot be touched. */
  readonly seen: readonly SeenRuntime[];
};
