import { expect, it } from 'vitest';
import { sessionFacts, tagsOf } from '../../testing/session-facts.ts';
import type { RuntimeHandle } from '../ids.ts';
import type { Session } from '../session/session.ts';
import type { SessionStatus } from '../session/status.ts';
import { findTrouble, type Survey } from './findings.ts';

const row = (session: Session, status: SessionStatus = 'running') => ({ session, derived: { status, reason: `because ${status}` } });
const NOTHING: Survey = { orphans: [], folders: [], sessions: [], kept: [] };

it('says nothing of what is accounted for', () => {
  const session = sessionFacts({ preservedRef: null });
  const exited = sessionFacts({ number: 2, exit: { code: 1, signal: null, atMs: 1 } });
  const survey = { ...NOTHING, folders: [session.workspace.path], sessions: [row(session), row(exited, 'exited')] };
  expect(findTrouble(survey)).toEqual([]);
});

it('names a runtime without a row, and how it is ended', () => {
  const gone = sessionFacts({ number: 7 });
  const handle = "/a b/it's.sock:app-7" as RuntimeHandle;
  const orphans = [{ handle, probe: { state: 'alive', pid: 42, tags: tagsOf(gone) } as const }];
  expect(findTrouble({ ...NOTHING, orphans })).toEqual([
    {
      kind: 'orphan-runtime',
      subject: handle,
      evidence: 'It carries our tag for session app-7, which has no row; process 42 runs in it.',
      action: `ao doctor --reap '/a b/it'\\''s.sock:app-7'`,
    },
  ]);
});

it('names a folder without a session, and only looks at it', () => {
  const [finding] = findTrouble({ ...NOTHING, folders: ['/d/worktrees/app/app-3.stale-1'], sessions: [row(sessionFacts())] });
  expect(finding).toMatchObject({ kind: 'stray-folder', action: 'ls -la /d/worktrees/app/app-3.stale-1' });
});

it('names what a session cannot settle', () => {
  const sessions = [
    row(sessionFacts({ number: 1 }), 'needs_recovery'),
    row(sessionFacts({ number: 2 }), 'unknown'),
    row(sessionFacts({ number: 3 }), 'idle'),
  ];
  expect(findTrouble({ ...NOTHING, sessions }).map(({ subject, action }) => [subject, action])).toEqual([
    ['app-1', 'ao restore app-1'],
    ['app-2', 'ao why app-2'],
  ]);
});

it.each([
  [{ phase: 'terminated' }, 'ao restore app-1'],
  [{ phase: 'live' }, 'git -C /w/app-1 stash apply refs/ao/preserved/app-1'],
] as const)('kept work of a session that is %o', (patch, action) => {
  const ref = 'refs/ao/preserved/app-1';
  const sessions = [row(sessionFacts({ ...patch, preservedRef: ref }))];
  expect(findTrouble({ ...NOTHING, sessions, kept: [{ repository: '/r', ref }] })).toEqual([
    { kind: 'kept-work', subject: ref, evidence: 'Uncommitted work of app-1, not put back yet.', action },
  ]);
});

it('kept work that no session names', () => {
  const [finding] = findTrouble({ ...NOTHING, kept: [{ repository: '/my repo', ref: 'refs/ao/preserved/app-9' }] });
  expect(finding?.action).toBe("git -C '/my repo' show --stat refs/ao/preserved/app-9");
});
