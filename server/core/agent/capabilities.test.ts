import { expect, it } from 'vitest';
import { CUSTOM, RESUMABLE, SHELL } from '../../testing/session-facts.ts';
import { decideRelaunch, type LaunchFacts } from './capabilities.ts';

const decide = (patch: Partial<LaunchFacts>) => {
  const decision = decideRelaunch({
    capabilities: CUSTOM,
    kind: 'worker',
    hasPrompt: false,
    hasAgentSessionId: false,
    history: 'unknown',
    ...patch,
  });
  return decision.kind === 'launch' ? decision.mode : decision.kind;
};

it('follows the table of SPEC §3.3', () => {
  expect(decide({ capabilities: SHELL })).toBe('fresh');
  expect(decide({ capabilities: RESUMABLE, hasAgentSessionId: true, history: 'present' })).toBe('resumed');
  expect(decide({ hasPrompt: true })).toBe('replayed');
  expect(decide({ kind: 'orchestrator' })).toBe('fresh');
  expect(decide({})).toBe('refuse');
});

it('tries native resume unless the history is known to be gone, and falls back where it is', () => {
  const resumable = { capabilities: RESUMABLE, hasAgentSessionId: true };
  expect(decide({ ...resumable, history: 'unknown' })).toBe('resumed');
  expect(decide({ ...resumable, history: 'absent', hasPrompt: true })).toBe('replayed');
  expect(decide({ ...resumable, history: 'absent', kind: 'orchestrator' })).toBe('fresh');
  expect(decide({ ...resumable, history: 'absent' })).toBe('refuse');
});
