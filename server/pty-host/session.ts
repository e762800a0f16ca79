/**
 * The one session of a host: its program, its screen, what was typed into it, and who follows it. Knows nothing of sockets and of
 * files; `host.ts` puts both around it. Decides no policy: it does what it is asked, or says why not.
 */
import type { HostStatus, Refusal } from '../adapters/runtime/ptyhost/messages.ts';
import { type InstanceId, type LaunchId, type MessageId, parseInstanceId } from '../core/ids.ts';
import type { ExitFact } from '../core/session/session.ts';
import { createBatches } from '../core/terminal/batches.ts';
import type { HistoryPage, HistoryRange, ScreenText, TerminalSize } from '../ports/runtime.ts';
import { createMarkBound } from './bounded-marks.ts';
import { createFollower, type Follower, type Wire } from './follower.ts';
import { openHistoryScreen } from './history-screen.ts';
import { findObstacle, type Program, type ProgramSpec, startProgram } from './program.ts';

export type Tags = { readonly instanceId: string; readonly sessionId: string; readonly launchId: LaunchId };

export type Done = { readonly state: 'done' } | { readonly state: 'refused'; readonly refusal: Refusal; readonly why: string };

export type HostSession = {
  readonly status: () => HostStatus;
  readonly tags: () => Tags;
  readonly isRunning: () => boolean;
  /** The first launch. Throws where there is no pseudoterminal to be had. */
  readonly start: (tags: Tags, spec: ProgramSpec) => void;
  /** Another launch in place of an exited one: what its screen shows goes into the history. */
  readonly restart: (tags: Tags, spec: ProgramSpec) => void;
  readonly write: (data: Uint8Array) => Done;
  readonly resize: (size: TerminalSize) => void;
  readonly capture: (historyLines: number) => string;
  readonly visible: () => ScreenText;
  readonly history: (range: HistoryRange) => HistoryPage;
  readonly paste: (launchId: LaunchId, messageId: MessageId, text: Uint8Array) => Done;
  readonly submit: (launchId: LaunchId, messageId: MessageId) => Done;
  readonly follow: (wire: Wire) => { readonly follower: Follower; readonly leave: () => void };
  readonly kill: () => void;
};

/** The kernel gives 4 KiB at a time, and each frame costs the host, the wire and whoever follows more than its bytes do. */
const PACE = { periodMs: 2, sustainedMs: 2, maxBytes: 65_536 };

/** No pseudoterminal, no process: nothing that a program says. */
const EXIT_NOT_STARTED = 126;

const DONE: Done = { state: 'done' };
const ENTER = Uint8Array.from([0x0d]);
const PASTE_START = new TextEncoder().encode('\x1b[200~');
const PASTE_END = new TextEncoder().encode('\x1b[201~');

export function createHostSession(initial: TerminalSize): HostSession {
  const followers = new Set<Follower>();
  let tags: Tags | null = null;
  let program: Program | null = null;
  let pid = 0;
  let exit: ExitFact | null = null;
  let pasted: MessageId | null = null;
  let submitted: MessageId | null = null;
  let offset = 0;

  const screen = openHistoryScreen(initial, (reply) => void program?.write(reply));
  const boundMarks = createMarkBound(screen.width);
  const gathered = createBatches({
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    limits: PACE,
    send(bytes) {
      for (const follower of followers) follower.output({ offset, bytes });
      offset += bytes.length;
    },
  });

  /** Drawn as it comes, while the program prints the next piece: the kernel holds no more than two or three of them for us. */
  function output(data: Uint8Array): void {
    const bytes = boundMarks(data);
    if (bytes.length === 0) return;
    gathered.push(bytes);
    screen.write(bytes);
  }

  function launch(next: Tags, spec: ProgramSpec): void {
    tags = next;
    exit = null;
    pasted = null;
    submitted = null;
    const obstacle = findObstacle(spec);
    if (obstacle !== null) return fail(obstacle);
    const started = startProgram(spec, {
      onData: (data) => {
        if (program === started) output(data);
      },
      onExit: (how) => {
        if (program !== started) return;
        program = null;
        exit = how;
      },
    });
    program = started;
    pid = started.pid;
  }

  /** As if it had been started, said so, and exited. */
  function fail({ message, code }: { readonly message: string; readonly code: number }): void {
    // There was no process; ours stands for it, which nobody ends in its place.
    pid = process.pid;
    output(new TextEncoder().encode(`${message}\r\n`));
    exit = { code, signal: null, atMs: Date.now() };
  }

  function refuse(launchId: LaunchId): Done | null {
    if (tags?.launchId !== launchId) return { state: 'refused', refusal: 'other-launch', why: 'it runs another launch' };
    return program === null ? { state: 'refused', refusal: 'exited', why: 'its program has exited' } : null;
  }

  function type(data: Uint8Array): Done {
    const taken = program?.write(data) ?? 'taken';
    return taken === 'taken' ? DONE : { state: 'refused', refusal: 'full', why: 'its program does not read what was typed before' };
  }

  return {
    status() {
      if (tags === null) throw new Error('asked before its program was started');
      gathered.flush();
      const { sessionId, launchId } = tags;
      const instanceId: InstanceId | null = parseInstanceId(tags.instanceId);
      return { instanceId, sessionId, launchId, pid, exit, size: screen.size(), pasted, submitted, offset, pictures: true };
    },
    tags() {
      if (tags === null) throw new Error('asked before its program was started');
      return tags;
    },
    isRunning: () => program !== null,
    start: launch,
    restart(next, spec) {
      screen.resize(spec.size);
      output(screen.renewal());
      try {
        launch(next, spec);
      } catch (caught) {
        fail({
          message: `ao: it could not be started: ${caught instanceof Error ? caught.message : String(caught)}`,
          code: EXIT_NOT_STARTED,
        });
      }
      for (const follower of followers) follower.redraw();
    },
    write: type,
    resize(size) {
      const now = screen.size();
      if (now.cols === size.cols && now.rows === size.rows) return;
      screen.resize(size);
      program?.resize(size);
    },
    capture: screen.text,
    visible: screen.visible,
    history: screen.history,
    paste(launchId, messageId, text) {
      const refused = refuse(launchId);
      if (refused !== null || pasted === messageId) return refused ?? DONE;
      const isBracketed = screen.pasteMode() === 'bracketed' && text.length > 0;
      const typed = type(isBracketed ? Buffer.concat([PASTE_START, text, PASTE_END]) : text);
      if (typed.state === 'done') pasted = messageId;
      return typed;
    },
    submit(launchId, messageId) {
      const refused = refuse(launchId);
      if (refused !== null || submitted === messageId) return refused ?? DONE;
      const typed = type(ENTER);
      if (typed.state === 'done') submitted = messageId;
      return typed;
    },
    follow(wire) {
      const follower = createFollower({
        wire,
        picture() {
          gathered.flush();
          return { offset, size: screen.size(), bytes: screen.picture() };
        },
      });
      followers.add(follower);
      return { follower, leave: () => void followers.delete(follower) };
    },
    kill() {
      program?.kill();
    },
  };
}
