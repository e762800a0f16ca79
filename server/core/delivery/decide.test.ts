import { describe, expect, it } from 'vitest';
import { launch, RESUMABLE, SHELL, sessionFacts } from '../../testing/session-facts.ts';
import type { MessageId } from '../ids.ts';
import { decideDelivery, type MessageFacts, nextDeliveryStep } from './decide.ts';

const REACHABLE = { state: 'reachable' } as const;
const id = 'm1' as MessageId;
const L1 = launch(1);
const L2 = launch(2);
const fact = (patch: Partial<MessageFacts> = {}): MessageFacts => ({
  id,
  state: 'queued',
  launchId: null,
  submitStartedAtMs: null,
  ...patch,
});
const at = (patch: { pasted?: MessageId; submitted?: MessageId } = {}) => ({
  launchId: L1,
  pasted: patch.pasted ?? null,
  submitted: patch.submitted ?? null,
});

describe('the gate (D1)', () => {
  it('lets a message to an agent that cannot signal go as soon as it is live', () => {
    expect(decideDelivery(sessionFacts(), SHELL, REACHABLE).kind).toBe('go');
  });

  it.each([
    ['idle', 'go'],
    ['working', 'go'],
    ['needs_you', 'hold'],
    ['unknown', 'hold'],
  ] as const)('an agent that is %s: %s', (activity, kind) => {
    expect(decideDelivery(sessionFacts({ activity }), RESUMABLE, REACHABLE).kind).toBe(kind);
  });

  it('holds while the agent has exited, since a shell would execute the text', () => {
    expect(decideDelivery(sessionFacts({ exit: { code: 0, signal: null, atMs: 1 } }), SHELL, REACHABLE).kind).toBe('hold');
  });

  it('holds while recovering, being started, being killed or out of reach; fails once ended', () => {
    expect(decideDelivery(sessionFacts({ recovery: { state: 'queued', reason: '', atMs: 1 } }), SHELL, REACHABLE).kind).toBe('hold');
    expect(decideDelivery(sessionFacts({ phase: 'spawning' }), SHELL, REACHABLE).kind).toBe('hold');
    expect(decideDelivery(sessionFacts({ killRequestedAtMs: 1 }), SHELL, REACHABLE).kind).toBe('hold');
    expect(decideDelivery(sessionFacts(), SHELL, { state: 'unknown', why: 'stopped' }).kind).toBe('hold');
    expect(decideDelivery(sessionFacts({ phase: 'terminated' }), SHELL, REACHABLE).kind).toBe('fail');
  });
});

describe('the next step after a crash (D2)', () => {
  it('pastes what was only queued, also when only the intent was written', () => {
    expect(nextDeliveryStep(fact(), at()).kind).toBe('paste');
    expect(nextDeliveryStep(fact({ launchId: L1 }), at()).kind).toBe('paste');
  });

  it('does not paste again what the runtime remembers having pasted', () => {
    expect(nextDeliveryStep(fact({ launchId: L1 }), at({ pasted: id })).kind).toBe('note-pasted');
  });

  it('presses Enter after an interrupted paste, and never twice', () => {
    expect(nextDeliveryStep(fact({ state: 'pasted', launchId: L1 }), at({ pasted: id })).kind).toBe('await-echo');
    expect(nextDeliveryStep(fact({ state: 'pasted', launchId: L1, submitStartedAtMs: 3 }), at({ pasted: id })).kind).toBe('submit');
    expect(nextDeliveryStep(fact({ state: 'echoed', launchId: L1, submitStartedAtMs: 3 }), at({ pasted: id, submitted: id })).kind).toBe(
      'note-submitted',
    );
  });

  it('delivers anew to the next launch what went with the last one, unless Enter may have reached it', () => {
    expect(nextDeliveryStep(fact({ state: 'pasted', launchId: L2 }), at({ pasted: id })).kind).toBe('requeue');
    expect(nextDeliveryStep(fact({ state: 'queued', launchId: L2 }), at({ pasted: id })).kind).toBe('requeue');
    expect(nextDeliveryStep(fact({ state: 'echoed', launchId: L2, submitStartedAtMs: 3 }), at()).kind).toBe('fail');
  });

  it('does nothing more for a message that is done', () => {
    for (const state of ['submitted', 'accepted', 'failed'] as const)
      expect(nextDeliveryStep(fact({ state, launchId: L2 }), at()).kind).toBe('done');
  });
});
