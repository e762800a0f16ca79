import { describe, expect, it } from 'vitest';
import type { SessionView } from '../../../server/contract/session.ts';
import type { AttachPhase } from '../../../server/terminal-client/attach-state.ts';
import { aSession } from '../../_data/testing-views.ts';
import { attachableLaunch, deriveNotice } from './session-notice.ts';

const view = (patch: Partial<SessionView> = {}): SessionView =>
  aSession({ id: 'app-3', title: '', reason: 'The agent runs', launchId: 'launch-1', ...patch });
const ATTACHED: AttachPhase = { kind: 'attached', attachId: 'a', sinceMs: 0, failures: 0 };
const LIVE = { kind: 'live', counted: 'counted' } as const;
const notice = (session: SessionView, phase: AttachPhase, connection: Parameters<typeof deriveNotice>[0]['connection'] = LIVE) =>
  deriveNotice({ session, phase, screen: 'drawn', connection });

describe('the notice above a terminal', () => {
  it('is not there when all is well, or when the status says it all', () => {
    expect(notice(view(), ATTACHED)).toBeNull();
    expect(notice(view({ status: 'no_signal', reason: 'silent' }), ATTACHED)).toBeNull();
  });

  it('says with which code the agent exited and what can be done', () => {
    expect(notice(view({ status: 'exited', exitCode: 3 }), { kind: 'exited', exitCode: 3 })).toMatchObject({
      title: 'The agent exited with code 3',
      actions: ['resume', 'kill'],
      stay: 'lasting',
    });
  });

  it('says so from the terminal alone while the feed has not caught up', () => {
    expect(notice(view(), { kind: 'exited', exitCode: 0 })?.title).toBe('The agent exited with code 0');
  });

  it('names the signal where there is no code', () => {
    expect(notice(view({ status: 'exited', reason: 'The agent was ended by SIGKILL' }), ATTACHED)?.title).toBe(
      'The agent was ended by SIGKILL',
    );
  });

  it('gives the reason of a failed recovery, and the way to try again', () => {
    const said = notice(view({ status: 'needs_recovery', reason: 'claude is not on PATH' }), { kind: 'gone', why: 'x' });
    expect(said?.text).toContain('claude is not on PATH.');
    expect(said?.actions).toEqual(['recover', 'kill']);
  });

  it('locks input with the daemon’s own reason while the line is down', () => {
    const phase: AttachPhase = { kind: 'reconnecting', failures: 1, why: 'The connection to the daemon was cut', retryAtMs: null };
    expect(notice(view(), phase, { kind: 'stopped', reason: null, atMs: null, asOfMs: null })).toMatchObject({
      title: 'Typing is locked',
      text: expect.stringContaining('The daemon is stopped.'),
      actions: [],
      stay: 'passing',
    });
    expect(notice(view(), phase)?.text).toContain('The connection to the daemon was cut.');
  });

  it('counts attempts and offers to retry at once while it waits', () => {
    const phase: AttachPhase = { kind: 'reconnecting', failures: 4, why: 'Busy', retryAtMs: 99 };
    expect(notice(view(), phase)).toMatchObject({ title: 'Typing is locked, attempt 4', actions: ['retry'] });
  });

  it('never calls a session that cannot be looked at dead, and leaves its terminal the size it is', () => {
    expect(notice(view({ status: 'unknown', reason: 'tmux does not answer' }), ATTACHED)).toBeNull();
    const said = notice(view({ status: 'unknown', reason: 'tmux does not answer' }), { kind: 'gone', why: 'Its terminal is not there' });
    expect(said).toMatchObject({ title: 'There is no terminal to show', actions: ['retry'] });
  });
});

describe('the launch to attach to', () => {
  it('is there only while there is a terminal', () => {
    expect(attachableLaunch(view())).toBe('launch-1');
    expect(attachableLaunch(view({ status: 'exited' }))).toBe('launch-1');
    expect(attachableLaunch(view({ status: 'recovering' }))).toBeNull();
    expect(attachableLaunch(view({ status: 'needs_recovery' }))).toBeNull();
    expect(attachableLaunch(view({ phase: 'spawning', status: 'spawning' }))).toBeNull();
    expect(attachableLaunch(view({ phase: 'terminated', status: 'terminated' }))).toBeNull();
  });
});
