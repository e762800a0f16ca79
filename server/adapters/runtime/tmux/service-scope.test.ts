import { describe, expect, it } from 'vitest';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { toScopeCommand } from '../service-scope.ts';
import { createTmuxProcess } from './tmux-process.ts';

const USER_SCOPE = ['systemd-run', '--user', '--scope', '--quiet', '--collect', '--'];
const SYSTEM_SCOPE = ['systemd-run', '--scope', '--quiet', '--collect', '--'];

describe('L11 the scope of the tmux server', () => {
  it.each([
    ['a service of the user', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/ao.service\n', USER_SCOPE],
    ['a service of the machine', '0::/system.slice/ao.service\n', SYSTEM_SCOPE],
    ['the older hierarchy', '12:pids:/system.slice/ao.service\n1:name=systemd:/system.slice/ao.service\n', SYSTEM_SCOPE],
    ['a login', '0::/user.slice/user-1000.slice/session-3.scope\n', []],
    ['a terminal of the desktop', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-terminal-1.scope\n', []],
    ["the user's manager itself", '0::/user.slice/user-1000.slice/user@1000.service\n', []],
    ['a container', '0::/\n', []],
    ['nothing known', '', []],
  ])('in %s', (_where, cgroup, command) => {
    expect(toScopeCommand(cgroup)).toEqual(command);
  });

  function start(answers: readonly { readonly code: number; readonly stderr: string }[]) {
    const ran: string[][] = [];
    const log = createRecordingLog();
    const process = createTmuxProcess({
      runner: {
        run: async ({ command, args }) => {
          ran.push([command, ...args]);
          const { code, stderr } = answers[ran.length - 1] ?? { code: 0, stderr: '' };
          return { outcome: 'exited', code, signal: null, stdout: 'done', stderr };
        },
      },
      env: {},
      cwd: '/',
      scope: USER_SCOPE,
      log,
    });
    return { reply: process.start('/s', '/c', [['new-session']], 100), ran, log };
  }
  const DIRECT = ['tmux', '-u', '-S', '/s', '-f', '/c', 'new-session'];

  it('is asked for where there is a service, and only for a server', async () => {
    const { reply, ran } = start([]);
    expect(await reply).toEqual({ outcome: 'ok', text: 'done' });
    expect(ran).toEqual([[...USER_SCOPE, ...DIRECT]]);
  });

  it('is done without, and said so, where the manager cannot be asked', async () => {
    const { reply, ran, log } = start([{ code: 1, stderr: 'Failed to connect to bus: No medium found\n' }]);
    expect(await reply).toEqual({ outcome: 'ok', text: 'done' });
    expect(ran).toEqual([[...USER_SCOPE, ...DIRECT], DIRECT]);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('is not given up for what tmux itself refuses: a second server would be started', async () => {
    const { reply, ran } = start([{ code: 1, stderr: 'unknown option\n' }]);
    expect(await reply).toEqual({ outcome: 'error', message: 'unknown option' });
    expect(ran).toHaveLength(1);
  });
});
