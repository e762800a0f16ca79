/**
 * Supervision as its transports see it: a desk where a client reports, and a listener that brings clients to it. A client
 * is a supervisor once it has been told that it counts, not before (SPEC §2, L5).
 */
import type { Departure, HolderKind } from '../core/liveness/watchdog.ts';

export type SupervisorVerdict = 'counted' | 'not_counted' | 'restarting';

export type SupervisorClient = {
  /** Unique per connection. */
  readonly id: string;
  /** The same for one tab over all its connections; `null` where nothing says so. */
  readonly key: string | null;
  readonly kind: HolderKind;
  readonly detail: string;
  /** Called once on joining, before `join` returns, and again whenever the verdict changes. */
  readonly tell: (verdict: SupervisorVerdict) => void;
};

export interface SupervisorDesk {
  join(client: SupervisorClient): void;
  /** Idempotent. */
  leave(clientId: string, how: Departure): void;
}

export interface SupervisorListener {
  /** Where clients find it; `null` when it could not be bound, which is no reason to stop (I7). */
  readonly path: string | null;
  /** Ends all connections and frees the path. */
  close(): Promise<void>;
}
