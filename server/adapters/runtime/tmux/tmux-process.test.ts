import { expect, it } from 'vitest';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { createTmuxProcess } from './tmux-process.ts';

it.each([
  ['there is none', 'no server running on /s', 'no answer'],
  ['its socket is gone', 'error connecting to /s (No such file or directory)', 'no answer'],
  ['it ends meanwhile', 'lost server', 'no answer'],
  ['it is a foreign tmux of another protocol version', 'protocol version mismatch (client 8, server 7)', 'no answer'],
  ['it has no such session', "can't find session: app-1", 'error'],
] as const)('L6: a server is said to answer only where it did: %s', async (_what, stderr, outcome) => {
  const process = createTmuxProcess({
    runner: { run: () => Promise.resolve({ outcome: 'exited', code: 1, signal: null, stdout: '', stderr: `${stderr}\n` }) },
    env: {},
    cwd: '/',
    scope: [],
    log: createRecordingLog(),
  });
  expect(await process.run('/s', [['list-panes']], 100)).toMatchObject({ outcome });
});
