/** A daemon's tmux adapter in a process of its own, attached to one session and told on stdin what to do, so that it can be killed. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { RuntimeHandle } from '../../../core/ids.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { createSystemClock } from '../../system/clock.ts';
import { createProcessRunner } from '../../system/process-runner.ts';
import { createProcessTable } from '../../system/process-table.ts';
import { createTmuxRuntime } from './tmux-runtime.ts';

const [dataDir = '', handle = ''] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const clock = createSystemClock();
const table = createProcessTable({ clock });
const runner = createProcessRunner();
const runtime = createTmuxRuntime({ dataDir, env: process.env, runner, processes: table, tree: table, clock, log: createRecordingLog() });
let seen = 0;

const attachment = await runtime.attach(handle as RuntimeHandle, {
  onData(data) {
    seen += data.length;
  },
  onEnd: () => say('ended'),
});
say('attached');

createInterface({ input: process.stdin }).on('line', (command) => {
  if (command === 'seen') say(`seen ${seen}`);
  else if (command === 'heir') {
    // As a fetch or a post-create command would, it inherits whatever descriptors are not closed on exec.
    const heir = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    heir.unref();
    say(`heir ${heir.pid}`);
  } else {
    void attachment.write(Buffer.from(command)).then(() => say(`typed ${command}`));
  }
});
