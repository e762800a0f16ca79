/** Assembles the procedures. The paths `sessions.list`, `.spawn`, `.get`, `.kill` are stable (SPEC §9). */
import { setDaemonOwner } from './daemon/set-owner.ts';
import { daemonStatus } from './daemon/status.ts';
import { ensureOrchestrator } from './orchestrator/ensure.ts';
import { addProject } from './projects/add.ts';
import { getProject } from './projects/get.ts';
import { listProjects } from './projects/list.ts';
import { removeProject } from './projects/remove.ts';
import { setProject } from './projects/set.ts';
import { listSessionEvents } from './sessions/events.ts';
import { getSession } from './sessions/get.ts';
import { killSession } from './sessions/kill.ts';
import { listSessions } from './sessions/list.ts';
import { readSessionLogs } from './sessions/logs.ts';
import { listMessages } from './sessions/messages.ts';
import { renameSession } from './sessions/rename.ts';
import { restoreSession } from './sessions/restore.ts';
import { resumeSession } from './sessions/resume.ts';
import { sendMessage } from './sessions/send.ts';
import { spawnSession } from './sessions/spawn.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  daemon: router({ status: daemonStatus, setOwner: setDaemonOwner }),
  projects: router({ add: addProject, list: listProjects, get: getProject, set: setProject, remove: removeProject }),
  sessions: router({
    list: listSessions,
    get: getSession,
    spawn: spawnSession,
    kill: killSession,
    restore: restoreSession,
    resume: resumeSession,
    rename: renameSession,
    logs: readSessionLogs,
    send: sendMessage,
    messages: listMessages,
    events: listSessionEvents,
  }),
  orchestrator: router({ ensure: ensureOrchestrator }),
});

export type AppRouter = typeof appRouter;
