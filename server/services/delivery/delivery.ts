/**
 * Delivers queued messages, one at a time per session and in order (SPEC §3.6). Each step is written before or with its
 * effect, so that a daemon that dies anywhere in between delivers once: the runtime remembers what it pasted and submitted.
 */
import { decideDelivery, nextDeliveryStep } from '../../core/delivery/decide.ts';
import { toAppError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Session } from '../../core/session/session.ts';
import type { Message } from '../../ports/store.ts';
import type { SessionContext } from '../sessions/context.ts';

/** How long a paste may take to show on the screen; an agent that echoes nothing gets its Enter all the same. */
const ECHO_LIMIT_MS = 2_000;
const ECHO_LOOK_MS = 40;

type Deps = Pick<SessionContext, 'store' | 'runtime' | 'agents' | 'clock' | 'log' | 'faults' | 'looks' | 'sessionLocks'> & {
  readonly track: (name: string, work: () => Promise<void>) => Promise<void>;
};

export function createDelivery(deps: Deps) {
  const { store, runtime, clock, faults } = deps;
  const working = new Set<SessionId>();

  function note(message: Message, why: string): void {
    if (message.reason === why) return;
    store.messages.update(message.id, { reason: why });
    faults.passed('deliver.held');
  }

  /** One step of one message; `false` when it has to wait. */
  async function step(session: Session, message: Message): Promise<boolean> {
    const gate = decideDelivery(session, deps.agents.get(session.agent).capabilities, deps.looks.get(session.id));
    if (gate.kind === 'fail') {
      store.messages.update(message.id, { state: 'failed', reason: gate.why });
      faults.passed('deliver.refused');
      return true;
    }
    // Once Enter was intended its receipt is read, but nothing more reaches an agent that must not be typed to.
    if (gate.kind === 'hold' && message.submitStartedAtMs === null) {
      note(message, gate.why);
      return false;
    }
    const receipts = await runtime.receipts(session.runtimeHandle);
    const next = nextDeliveryStep(message, { launchId: session.launchId, ...receipts });
    if (gate.kind === 'hold' && next.kind === 'submit') {
      note(message, gate.why);
      return false;
    }
    switch (next.kind) {
      case 'done':
        return true;
      case 'paste':
        await paste(session, message);
        return true;
      case 'note-pasted':
        store.messages.update(message.id, { state: 'pasted', reason: null });
        faults.passed('deliver.paste-found');
        return true;
      // The echo was waited for right after the paste; after a restart nothing of the screen is left to compare with.
      case 'await-echo':
      case 'submit':
        await submit(session, message);
        return true;
      case 'note-submitted':
        noteSubmitted(message);
        return true;
      case 'requeue':
        store.messages.update(message.id, { state: 'queued', launchId: null, submitStartedAtMs: null, reason: next.why });
        faults.passed('deliver.requeued');
        return true;
      case 'fail':
        store.messages.update(message.id, { state: 'failed', reason: next.why });
        faults.passed('deliver.failed');
        return true;
    }
  }

  async function paste(session: Session, message: Message): Promise<void> {
    const before = await runtime.capture(session.runtimeHandle, { historyLines: 0 });
    store.messages.update(message.id, { launchId: session.launchId, reason: null });
    faults.passed('deliver.intent');
    await runtime.paste(session.runtimeHandle, session.launchId, { id: message.id, text: message.text });
    faults.passed('deliver.pasted');
    store.messages.update(message.id, { state: 'pasted' });
    faults.passed('deliver.paste-noted');
    if (await echoed(session, before)) store.messages.update(message.id, { state: 'echoed' });
    faults.passed('deliver.echoed');
    // An Enter that comes too soon is taken as part of the paste (FACTS, tmux).
    await clock.sleep(deps.agents.get(session.agent).capabilities.pasteSettleMs);
  }

  async function echoed(session: Session, before: string): Promise<boolean> {
    const until = clock.monotonicMs() + ECHO_LIMIT_MS;
    while (clock.monotonicMs() < until) {
      if ((await runtime.capture(session.runtimeHandle, { historyLines: 0 })) !== before) return true;
      await clock.sleep(ECHO_LOOK_MS);
    }
    return false;
  }

  /** The intent is written right before Enter: one that never came to it is typed anew if its agent goes away. */
  async function submit(session: Session, message: Message): Promise<void> {
    if (message.submitStartedAtMs === null) store.messages.update(message.id, { submitStartedAtMs: clock.nowMs() });
    faults.passed('deliver.submit-intent');
    await runtime.submit(session.runtimeHandle, session.launchId, message.id);
    faults.passed('deliver.submit');
    noteSubmitted(message);
  }

  function noteSubmitted(message: Message): void {
    store.messages.update(message.id, { state: 'submitted', reason: null });
    faults.passed('deliver.submitted');
  }

  /** Steps of the session's oldest message until one has to wait or none is left. */
  async function work(id: SessionId): Promise<void> {
    for (let message = store.messages.next(id); message !== null; message = store.messages.next(id)) {
      const oldest = message;
      const moved = await deps.sessionLocks.run(id, async () => {
        const session = store.sessions.get(id);
        return session !== null && (await step(session, oldest));
      });
      if (!moved) return;
    }
  }

  /** Never rejects: nobody waits for it, and the database may be closed by the time a step has failed. */
  async function deliver(id: SessionId): Promise<void> {
    try {
      await deps.track(`deliver ${id}`, () => work(id));
    } catch (caught) {
      const failure = toAppError(caught);
      if (failure.code === 'DAEMON_STOPPING') return;
      const waits = failure.code === 'RUNTIME_UNAVAILABLE' || failure.code === 'RUNTIME_NOT_FOUND';
      const facts = { sessionId: id, code: failure.code, error: failure.message };
      deps.log[waits ? 'debug' : 'warn'](facts, 'delivery stopped; it goes on with the next look');
      try {
        const message = store.messages.next(id);
        if (message !== null) note(message, failure.message);
      } catch (again) {
        deps.log.warn({ sessionId: id, error: toAppError(again).message }, 'why a message waits could not be noted');
      }
    } finally {
      working.delete(id);
    }
  }

  function kick(id: SessionId): void {
    if (working.has(id) || store.messages.next(id) === null) return;
    working.add(id);
    void deliver(id);
  }

  return {
    /** Something changed that may let this session's messages go. */
    kick,
    /** After each look at the runtimes. */
    kickAll(): void {
      for (const id of store.messages.pendingSessions()) kick(id);
    },
  };
}

export type Delivery = ReturnType<typeof createDelivery>;
