/**
 * The named points between any two effects of spawn, kill, park and recover. A test arms one and the process dies there by
 * SIGKILL; what the next start makes of it must be fully done or fully undone.
 */
export const FAULT_POINTS = [
  'spawn.row',
  'spawn.worktree',
  'spawn.post-create',
  'spawn.agent-setup',
  'spawn.runtime',
  'spawn.live',
  'spawn.undo.runtime',
  'spawn.undo.captured',
  'spawn.undo.worktree',
  'spawn.undo.row',
  'kill.intent',
  'kill.runtime',
  'kill.captured',
  'kill.worktree',
  'kill.terminated',
  'park.intent',
  'park.runtime',
  'park.terminated',
  'recover.worktree',
  'recover.preserved',
  'recover.intent',
  'recover.agent-setup',
  'recover.runtime',
  'recover.live',
  'deliver.intent',
  'deliver.pasted',
  'deliver.echoed',
  'deliver.submit',
  'deliver.submitted',
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];

export function parseFaultPoint(text: string): FaultPoint | null {
  return FAULT_POINTS.find((point) => point === text) ?? null;
}
