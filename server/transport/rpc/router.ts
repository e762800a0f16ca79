/** Assembles the procedures. The paths `sessions.list`, `.spawn`, `.get`, `.kill` are stable (SPEC §9). */
import { listAgents } from './agents/list.ts';
import { dismissBriefing } from './briefing/dismiss.ts';
import { getBriefing } from './briefing/get.ts';
import { setDaemonOwner } from './daemon/set-owner.ts';
import { daemonStatus } from './daemon/status.ts';
import { stopDaemon } from './daemon/stop.ts';
import { listDevices } from './devices/list.ts';
import { revokeDevice } from './devices/revoke.ts';
import { examine } from './doctor/examine.ts';
import { reapRuntime } from './doctor/reap.ts';
import { ensureOrchestrator } from './orchestrator/ensure.ts';
import { addProject } from './projects/add.ts';
import { checkProject } from './projects/check.ts';
import { getProject } from './projects/get.ts';
import { listProjects } from './projects/list.ts';
import { removeProject } from './projects/remove.ts';
import { setProject } from './projects/set.ts';
import { findInRecordings } from './recordings/find.ts';
import { listRecordings } from './recordings/list.ts';
import { readRecording } from './recordings/read.ts';
import { cleanUpSessions } from './sessions/cleanup.ts';
import { getSessionDirt } from './sessions/dirt.ts';
import { listSessionEvents } from './sessions/events.ts';
import { getSessionEvidence } from './sessions/evidence.ts';
import { getSession } from './sessions/get.ts';
import { killSession } from './sessions/kill.ts';
import { listSessions } from './sessions/list.ts';
import { readSessionLogs } from './sessions/logs.ts';
import { listMessages } from './sessions/messages.ts';
import { parkSessions } from './sessions/park.ts';
import { renameSession } from './sessions/rename.ts';
import { restoreSession } from './sessions/restore.ts';
import { resumeSession } from './sessions/resume.ts';
import { sendMessage } from './sessions/send.ts';
import { spawnSession } from './sessions/spawn.ts';
import { unparkSessions } from './sessions/unpark.ts';
import { peekAtTerminals } from './terminals/peek.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  daemon: router({ status: daemonStatus, setOwner: setDaemonOwner, stop: stopDaemon }),
  devices: router({ list: listDevices, revoke: revokeDevice }),
  agents: router({ list: listAgents }),
  doctor: router({ examine, reap: reapRuntime }),
  briefing: router({ get: getBriefing, dismiss: dismissBriefing }),
  projects: router({
    add: addProject,
    check: checkProject,
    list: listProjects,
    get: getProject,
    set: setProject,
    remove: removeProject,
  }),
  sessions: router({
    list: listSessions,
    get: getSession,
    spawn: spawnSession,
    kill: killSession,
    restore: restoreSession,
    resume: resumeSession,
    park: parkSessions,
    unpark: unparkSessions,
    cleanup: cleanUpSessions,
    rename: renameSession,
    logs: readSessionLogs,
    send: sendMessage,
    messages: listMessages,
    events: listSessionEvents,
    dirt: getSessionDirt,
    evidence: getSessionEvidence,
  }),
  recordings: router({ list: listRecordings, read: readRecording, find: findInRecordings }),
  orchestrator: router({ ensure: ensureOrchestrator }),
  terminals: router({ peek: peekAtTerminals }),
});

export type AppRouter = typeof appRouter;
