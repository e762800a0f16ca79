/**
 * One terminal's stream to all its viewers, and to the screen model from which a viewer that joins or has lagged is given the
 * present picture. Owns what each viewer gets and in what order: snapshot and stream meet without gap or duplicate, because a
 * snapshot is asked for between two frames and what comes after it is held until it is there.
 */
import {
  beginRefresh,
  endRefresh,
  type FlowLimits,
  NEW_FLOW,
  offerFrame,
  takeAck,
  type ViewerFlow,
} from '../../core/terminal/viewer-flow.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ScreenModel } from '../../ports/terminal.ts';
import { type BatchLimits, createBatches } from './batches.ts';

export type FanOutLimits = FlowLimits &
  BatchLimits & {
    /** Least time between two pictures to lagging viewers: in a flood each ack would ask for one. */
    readonly refreshMs: number;
    /** Bytes that the screen model may be behind before the source is told to wait … */
    readonly pauseBytes: number;
    /** … and below which it goes on. */
    readonly resumeBytes: number;
  };

export type FanOutDeps = {
  readonly screen: ScreenModel;
  readonly clock: Clock;
  readonly limits: FanOutLimits;
  readonly pause: () => void;
  readonly resume: () => void;
};

type Output = (kind: 'snapshot' | 'data', data: Uint8Array) => void;
type Viewer = { readonly output: Output; flow: ViewerFlow; held: Uint8Array[] };

export type FanOut = {
  readonly push: (data: Uint8Array) => void;
  readonly add: (id: string, output: Output) => void;
  readonly ack: (id: string, bytes: number) => void;
  readonly remove: (id: string) => void;
  /** All that has come is sent before what the caller does next. */
  readonly flush: () => void;
  /** Somebody has typed, and waits for what comes of it. */
  readonly hurry: () => void;
  /** Gives every viewer the last picture, lagging ones included, then calls `done`. Nothing is to be pushed after it. */
  readonly finish: (done: () => void) => void;
  readonly close: () => void;
};

export function createFanOut({ screen, clock, limits, pause, resume }: FanOutDeps): FanOut {
  const viewers = new Map<string, Viewer>();
  const batches = createBatches({ clock, limits, send: deliver });
  let backlog = 0;
  let source: 'flowing' | 'paused' = 'flowing';
  let lastRefreshMs = Number.NEGATIVE_INFINITY;
  let cancelRefresh: (() => void) | null = null;
  let closed = false;

  function deliver(frame: Uint8Array): void {
    for (const viewer of viewers.values()) offer(viewer, frame);
  }

  function offer(viewer: Viewer, frame: Uint8Array): void {
    const { flow, verdict } = offerFrame(viewer.flow, frame.length, limits);
    viewer.flow = flow;
    if (verdict === 'send') viewer.output('data', frame);
    if (verdict === 'hold') viewer.held.push(frame);
    if (flow.overrun === 'yes') viewer.held = [];
  }

  /** One picture serves all that are owed one at this moment. */
  function refresh(owed: readonly Viewer[], after: () => void = () => {}): void {
    batches.flush();
    lastRefreshMs = clock.monotonicMs();
    for (const viewer of owed) {
      viewer.flow = beginRefresh(viewer.flow);
      viewer.held = [];
    }
    screen.snapshot((picture) => {
      if (closed) return;
      // What the screen model has by now and the batch still gathers came after the picture.
      for (const viewer of owed) {
        viewer.flow = endRefresh(viewer.flow, picture.length);
        viewer.output('snapshot', picture);
        for (const frame of viewer.held.splice(0)) offer(viewer, frame);
      }
      after();
    });
  }

  function refreshSoon(): void {
    if (cancelRefresh !== null || closed) return;
    const waitMs = lastRefreshMs + limits.refreshMs - clock.monotonicMs();
    if (waitMs <= 0) return refreshDue();
    cancelRefresh = clock.after(waitMs, () => {
      cancelRefresh = null;
      refreshDue();
    });
  }

  function refreshDue(): void {
    const due = [...viewers.values()].filter(({ flow }) => flow.phase === 'due');
    if (due.length > 0) refresh(due);
  }

  function parsed(bytes: number): void {
    backlog -= bytes;
    if (source === 'flowing' || backlog > limits.resumeBytes || closed) return;
    source = 'flowing';
    resume();
  }

  return {
    push(data) {
      if (closed) return;
      backlog += data.length;
      if (source === 'flowing' && backlog > limits.pauseBytes) {
        source = 'paused';
        pause();
      }
      screen.write(data, () => parsed(data.length));
      batches.push(data);
    },
    add(id, output) {
      viewers.set(id, { output, flow: NEW_FLOW, held: [] });
      // Whoever has just come is not made to wait for those that lag.
      if (cancelRefresh === null) refreshDue();
      else refresh([...viewers.values()].filter(({ flow }) => flow === NEW_FLOW));
    },
    ack(id, bytes) {
      const viewer = viewers.get(id);
      if (viewer === undefined) return;
      viewer.flow = takeAck(viewer.flow, bytes, limits);
      if (viewer.flow.phase === 'due') refreshSoon();
    },
    remove(id) {
      viewers.delete(id);
    },
    flush: batches.flush,
    hurry: batches.hurry,
    finish(done) {
      batches.flush();
      // One that awaits a picture gets it, and what is held for it, by itself.
      const behind = [...viewers.values()].filter(
        ({ flow }) => flow.phase === 'due' || flow.phase === 'conflated' || flow.overrun === 'yes',
      );
      refresh(behind, done);
    },
    close() {
      closed = true;
      cancelRefresh?.();
      batches.close();
      viewers.clear();
    },
  };
}
