/** Which function makes which kind of event. */

import type { Effect, Scene } from '../scene.ts';
import type { EventKind } from '../schedule.ts';
import { damageRecord, killAHost, killTheHosts, loseRecord, loseSocket, stopAHost } from './hosts.ts';
import { cleanup, park, parkUnderKill } from './keeping.ts';
import { aoStartBeside, aoStopStart, browser, diskFull, noDescriptors, reboot, twoStarts } from './machine.ts';
import {
  killAnAgent,
  killATab,
  killTheDaemon,
  killTheGateway,
  killTmux,
  lastTabLeaves,
  stopAnAgent,
  stopATab,
  stopTheDaemon,
  stopTheGateway,
  stopTmux,
} from './processes.ts';
import { acknowledgedThenKill, ensure, kill, parallel, parallelUnderKill, restore, resume, send, spawn } from './requests.ts';
import { ensureClean, ensureCleanUnderKill } from './succession.ts';

export const EVENTS: Readonly<Record<EventKind, (scene: Scene) => Promise<Effect>>> = {
  'kill-daemon': killTheDaemon,
  'kill-gateway': killTheGateway,
  'kill-tmux': killTmux,
  'kill-agent': killAnAgent,
  'kill-tab': killATab,
  'stop-daemon': stopTheDaemon,
  'stop-gateway': stopTheGateway,
  'stop-tmux': stopTmux,
  'stop-agent': stopAnAgent,
  'stop-tab': stopATab,
  'ao-stop-start': aoStopStart,
  'ao-start-beside': aoStartBeside,
  'two-starts': twoStarts,
  'last-tab-leaves': lastTabLeaves,
  ensure,
  'ensure-clean': ensureClean,
  'ensure-clean-under-kill': ensureCleanUnderKill,
  spawn,
  kill,
  restore,
  resume,
  send,
  parallel,
  'parallel-under-kill': parallelUnderKill,
  'acknowledged-then-kill': acknowledgedThenKill,
  park,
  'park-under-kill': parkUnderKill,
  cleanup,
  reboot,
  'disk-full': diskFull,
  'no-descriptors': noDescriptors,
  browser,
  'kill-host': killAHost,
  'kill-hosts': killTheHosts,
  'stop-host': stopAHost,
  'lose-record': loseRecord,
  'damage-record': damageRecord,
  'lose-socket': loseSocket,
};
