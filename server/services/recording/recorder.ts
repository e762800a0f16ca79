/**
 * Records the sessions of the projects that want it: one silent, hidden viewer a session, which shares the attachment that the
 * others have, and whose output goes into segments. Follows the sessions' facts and the switch. Whatever happens to a recording
 * happens to no session: what cannot be recorded now is tried again later, and said meanwhile.
 */
import { type AppError, toAppError } from '../../core/errors.ts';
import type { LaunchId, SessionId } from '../../core/ids.ts';
import { planRemoval, type RetentionLimits } from '../../core/recording/retention.ts';
import { segmentKey } from '../../core/recording/segment-key.ts';
import type { Session } from '../../core/session/session.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { RecordingFiles, SegmentId } from '../../ports/recording.ts';
import type { Store } from '../../ports/store.ts';
import type { TerminalService, TerminalViewer } from '../../ports/terminal.ts';
import { createLimiter } from '../limiter.ts';
import { beginSegment, type SegmentWriter } from './segment.ts';

export type RecorderDeps = {
  readonly store: Store;
  readonly terminals: TerminalService;
  readonly files: RecordingFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: RetentionLimits;
  readonly events: {
    /** There is more of it to read. */
    readonly onWritten: (id: SegmentId) => void;
    /** Nothing more comes. */
    readonly onEnded: (id: SegmentId) => void;
    readonly onRemoved: (id: SegmentId) => void;
  };
};

export type RecordingState = { readonly state: 'off' | 'recording' | 'failing'; readonly why: string | null };

export type Recorder = {
  start(): void;
  stateOf(id: SessionId): RecordingState;
  isOpen(id: SegmentId): boolean;
  /** Why sessions that are to be recorded are not; `null` where all are. */
  trouble(): AppError | null;
  recording(): number;
  /** Writes what waits. */
  stop(): Promise<void>;
};

/** A segment is read and searched as a whole, and is what goes when there is too much. */
export const SEGMENT_LENGTH = 4_194_304;
export const SEGMENT_MAX_AGE_MS = 3_600_000;
/** At most this part of what a session may have. */
const SEGMENTS_PER_SESSION = 4;
export const RETRY_MS = 15_000;
export const TRIM_PERIOD_MS = 600_000;
/** Several that begin at once are looked through once. */
export const TRIM_SOON_MS = 5_000;
/** A start with many sessions must not attach to all of them in one instant. */
const STARTS_AT_ONCE = 4;
/** A hidden viewer sizes nothing. */
const NO_SIZE = { cols: 80, rows: 24 };

type Take = { readonly viewer: TerminalViewer; readonly segment: SegmentWriter };
type Track = {
  take: Take | null;
  /** A take is being begun. */
  beginning: 'no' | 'yes';
  failure: AppError | null;
  cancelRetry: () => void;
};

export function createRecorder(deps: RecorderDeps): Recorder {
  const { store, terminals, files, clock, limits, events } = deps;
  const log = deps.log.child({ part: 'recorder' });
  const tracks = new Map<SessionId, Track>();
  const open = new Set<string>();
  const ending = new Set<Promise<void>>();
  const starts = createLimiter(STARTS_AT_ONCE);
  const maxLength = Math.min(SEGMENT_LENGTH, limits.perSessionBytes / SEGMENTS_PER_SESSION);
  let state: 'idle' | 'running' | 'stopped' = 'idle';
  let stopListening: () => void = () => undefined;
  let cancelTrim: () => void = () => undefined;
  let trimming: Promise<void> = Promise.resolve();
  let lastStartedAtMs = 0;

  const isSwitchedOn = (session: Session): boolean => state === 'running' && store.projects.get(session.projectId)?.record === 'on';

  function isWanted(session: Session | null): session is Session {
    return session !== null && session.phase === 'live' && session.exit === null && isSwitchedOn(session);
  }

  function follow(id: SessionId): void {
    const session = store.sessions.get(id);
    const track = tracks.get(id);
    if (isWanted(session)) return want(id, track);
    if (track === undefined) return;
    // What a session says last is still to come, and then its end is told.
    if (track.take !== null && session !== null && isSwitchedOn(session)) return;
    drop(id, track);
  }

  function followAll(): void {
    const live = store.sessions.list({ phases: ['live'] }).map(({ id }) => id);
    for (const id of new Set([...live, ...tracks.keys()])) follow(id);
  }

  function want(id: SessionId, present: Track | undefined): void {
    const track = present ?? { take: null, beginning: 'no', failure: null, cancelRetry: () => undefined };
    tracks.set(id, track);
    if (track.take === null) beginTake(id, track);
  }

  function drop(id: SessionId, track: Track): void {
    tracks.delete(id);
    track.cancelRetry();
    finish(track);
  }

  /** Ends what is being recorded of a track. */
  function finish(track: Track): void {
    const { take } = track;
    track.take = null;
    if (take === null) return;
    take.viewer.detach();
    close(take.segment);
  }

  function close(segment: SegmentWriter): void {
    const done = segment.end().then(() => {
      open.delete(segmentKey(segment.id));
      events.onEnded(segment.id);
    });
    ending.add(done);
    void done.finally(() => ending.delete(done));
  }

  /** A further take of the same session begins with the whole screen again; the one before it goes on until then. */
  function beginTake(id: SessionId, track: Track): void {
    if (track.beginning === 'yes') return;
    track.beginning = 'yes';
    const isCurrent = (): boolean => tracks.get(id) === track && state === 'running';
    void starts
      .run(async () => {
        if (!isCurrent()) return;
        await take(id, track, isCurrent);
      })
      .catch((caught: unknown) => {
        if (isCurrent()) failed(id, track, caught);
      })
      .finally(() => {
        track.beginning = 'no';
      });
  }

  async function take(id: SessionId, track: Track, isCurrent: () => boolean): Promise<void> {
    let own: Take | null = null;
    let ended = false;
    const launchId = store.sessions.get(id)?.launchId ?? null;
    const viewer = await terminals.view(
      { session: { by: 'id', id }, who: null, size: NO_SIZE, visibility: 'hidden', access: 'read-only' },
      {
        output(kind, data) {
          if (own === null) return;
          viewer.ack(data.length);
          own.segment.output(kind, data);
          if (own.segment.length() > maxLength || own.segment.ageMs() > SEGMENT_MAX_AGE_MS) beginTake(id, track);
        },
        sized: (size) => own?.segment.resize(size),
        watchers: () => undefined,
        ended() {
          ended = true;
          if (own !== null && track.take === own) over(id, track, launchId);
        },
      },
    );
    let segment: SegmentWriter;
    try {
      segment = await beginSegment(
        { files, clock },
        {
          id: { sessionId: id, startedAtMs: nextStart() },
          size: viewer.size,
          onWritten: () => events.onWritten(segment.id),
          onFailed: (caught) => {
            if (isCurrent() && track.take?.segment === segment) failed(id, track, caught);
          },
        },
      );
    } catch (caught) {
      viewer.detach();
      throw caught;
    }
    open.add(segmentKey(segment.id));
    if (!isCurrent() || ended) {
      viewer.detach();
      close(segment);
      if (isCurrent()) again(id, track, null);
      return;
    }
    finish(track);
    own = { viewer, segment };
    track.take = own;
    settled(id, track);
    viewer.begin();
    trimIn(TRIM_SOON_MS);
  }

  /** The terminal has ended, by itself or with its session. */
  function over(id: SessionId, track: Track, launchId: LaunchId | null): void {
    const session = store.sessions.get(id);
    finish(track);
    if (!isWanted(session)) return drop(id, track);
    if (session.launchId === launchId) return again(id, track, null);
    beginTake(id, track);
  }

  /** Two segments of one session never begin in the same millisecond, though clocks stand still or go back. */
  function nextStart(): number {
    lastStartedAtMs = Math.max(clock.nowMs(), lastStartedAtMs + 1);
    return lastStartedAtMs;
  }

  function again(id: SessionId, track: Track, failure: AppError | null): void {
    if (tracks.get(id) !== track) return;
    track.failure = failure;
    track.cancelRetry();
    track.cancelRetry = clock.after(RETRY_MS, () => beginTake(id, track));
  }

  function failed(id: SessionId, track: Track, caught: unknown): void {
    const failure = toAppError(caught);
    const before = track.failure;
    finish(track);
    again(id, track, failure);
    log.warn({ sessionId: id, error: failure.message }, 'a session cannot be recorded now');
    // An attachment that is refused says that the session is about to change; the disk does not mend itself.
    if (before === null && failure.code === 'DATA_DIR_UNUSABLE')
      note(id, 'recording_failed', `${failure.message} It goes on unrecorded and is tried again.`);
  }

  function settled(id: SessionId, track: Track): void {
    track.cancelRetry();
    const { failure } = track;
    track.failure = null;
    if (failure?.code === 'DATA_DIR_UNUSABLE') note(id, 'recording_resumed', 'It is recorded again.');
  }

  function note(id: SessionId, kind: string, reason: string): void {
    try {
      store.sessions.note(id, { kind, reason });
    } catch (caught) {
      log.debug({ sessionId: id, error: toAppError(caught).message }, 'an event of a recording was not kept');
    }
  }

  function trimIn(delayMs: number): void {
    cancelTrim();
    cancelTrim = clock.after(delayMs, () => {
      trimming = trim().catch((caught: unknown) => {
        log.warn({ error: toAppError(caught).message }, 'old recordings could not be removed');
      });
      trimIn(TRIM_PERIOD_MS);
    });
  }

  async function trim(): Promise<void> {
    const isOpen = (id: SegmentId): boolean => open.has(segmentKey(id));
    const gone = planRemoval(await files.list(null), { limits, nowMs: clock.nowMs(), isOpen });
    for (const segment of gone) {
      await files.remove(segment);
      events.onRemoved(segment);
    }
    if (gone.length > 0) log.info({ segments: gone.length }, 'old recordings removed');
  }

  return {
    start() {
      state = 'running';
      stopListening = store.onChange((change) => {
        if (change.kind === 'session' || change.kind === 'session-removed') follow(change.id);
        else followAll();
      });
      followAll();
      trimIn(TRIM_SOON_MS);
    },
    stateOf(id) {
      const track = tracks.get(id);
      if (track === undefined) return { state: 'off', why: null };
      if (track.take !== null) return { state: 'recording', why: null };
      return track.failure === null ? { state: 'off', why: null } : { state: 'failing', why: track.failure.message };
    },
    isOpen: (id) => open.has(segmentKey(id)),
    trouble: () => [...tracks.values()].find(({ failure }) => failure !== null)?.failure ?? null,
    recording: () => [...tracks.values()].filter(({ take }) => take !== null).length,
    async stop() {
      if (state === 'stopped') return;
      state = 'stopped';
      stopListening();
      cancelTrim();
      for (const [id, track] of tracks) drop(id, track);
      await Promise.all([...ending, trimming]);
    },
  };
}
