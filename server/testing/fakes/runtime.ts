/**
 * A terminal runtime in memory, held to the same contract suite as the real ones. Programs are scripted by their argv:
 *   ['stay']                 runs until ended, echoing its input onto its screen
 *   ['print', text]          prints, then stays
 *   ['exit', code, text?]    prints, then exits with the code
 *   ['die', signal]          is ended by the signal
 * Any other argv stays. The host and its controls are separate from the adapter, so that a "new daemon" can look at the
 * same host.
 */
import { AppError } from '../../core/errors.ts';
import type { LaunchId, MessageId, RuntimeHandle } from '../../core/ids.ts';
import type { ObservedTags, Probe, SeenRuntime } from '../../core/session/probe.ts';
import type { ExitFact } from '../../core/session/session.ts';
import type { LaunchSpec, Runtime, TerminalSize } from '../../ports/runtime.ts';

export type FakePane = {
  readonly handle: RuntimeHandle;
  /** `null`: somebody else's runtime without any of our tags. */
  readonly spec: LaunchSpec | null;
  readonly tags: ObservedTags;
  readonly pid: number;
  readonly exit: ExitFact | null;
  readonly history: string;
  readonly screen: string;
  readonly input: string;
  readonly size: TerminalSize;
  readonly pasted: MessageId | null;
  readonly submitted: MessageId | null;
};

type Host = 'up' | 'gone' | 'silent';
type Operation = 'create' | 'restart' | 'destroy' | 'paste' | 'submit' | 'probe' | 'capture' | 'assertInstalled';

export type FakeHost = {
  /** Every launch that was asked for and accepted, oldest first. */
  readonly launches: LaunchSpec[];
  readonly revoked: Set<LaunchId>;
  readonly destroyed: { readonly handle: RuntimeHandle; readonly launchId: LaunchId }[];
  /** What each look at screens asked for. */
  readonly looks: readonly (readonly RuntimeHandle[])[];
  /** Who holds the daemon's channel; `close()` counts down. */
  readonly openAdapters: () => number;
  pane(handle: RuntimeHandle): FakePane | null;
  /** All runtimes, untagged ones included. */
  panes(): readonly FakePane[];
  exit(handle: RuntimeHandle, exit?: Partial<ExitFact>): void;
  /** One runtime vanishes while its host answers. */
  remove(handle: RuntimeHandle): void;
  /** A reboot: the host and everything on it is gone; the next create starts a new one. */
  reboot(): void;
  /** The host hangs: commands are refused as `RUNTIME_UNAVAILABLE`, probes are `unknown`. */
  hang(): void;
  /** Ends `hang()`; what was asked for meanwhile and not revoked happens now, as with a SIGSTOPped server. */
  wake(): void;
  /** One handle cannot be told about, whatever the host does. */
  setUnknown(handle: RuntimeHandle, why: string | null): void;
  /** A runtime that is not this daemon's doing. */
  plant(handle: RuntimeHandle, tags?: Partial<ObservedTags>): void;
  /** Paste reaches nothing and is refused, as in copy mode. */
  failNext(operation: Operation, error: AppError): void;
  setInstalled(installed: 'yes' | 'no'): void;
};

const NO_TAGS: ObservedTags = { instanceId: null, sessionId: null, launchId: null };

export function createFakeHost(nowMs: () => number = () => 1_700_000_000_000): {
  readonly host: FakeHost;
  readonly openRuntime: () => Runtime;
} {
  const panes = new Map<RuntimeHandle, FakePane>();
  const unknowns = new Map<RuntimeHandle, string>();
  const failures = new Map<Operation, AppError[]>();
  const launches: LaunchSpec[] = [];
  const revoked = new Set<LaunchId>();
  const destroyed: { handle: RuntimeHandle; launchId: LaunchId }[] = [];
  const looks: (readonly RuntimeHandle[])[] = [];
  let state: Host = 'gone';
  let installed = true;
  let nextPid = 1_000;
  let adapters = 0;
  let queue: (() => void)[] = [];

  function change(handle: RuntimeHandle, patch: Partial<FakePane>): void {
    const pane = panes.get(handle);
    if (pane !== undefined) panes.set(handle, { ...pane, ...patch });
  }

  function exitOf(spec: LaunchSpec): ExitFact | null {
    const [program, first] = spec.argv;
    if (program === 'exit') return { code: Number(first ?? 0), signal: null, atMs: nowMs() };
    if (program === 'die') return { code: null, signal: first ?? 'SIGKILL', atMs: nowMs() };
    return null;
  }

  function start(spec: LaunchSpec, history: string, fence: 'open' | 'revoked' = 'open'): void {
    const fenced = fence === 'revoked';
    nextPid += 1;
    if (!fenced) launches.push(spec);
    const said = spec.argv[0] === 'print' ? spec.argv[1] : spec.argv[0] === 'exit' ? spec.argv[2] : '';
    panes.set(spec.handle, {
      handle: spec.handle,
      spec,
      tags: { instanceId: spec.instanceId, sessionId: spec.sessionId, launchId: spec.launchId },
      pid: nextPid,
      exit: fenced ? { code: 125, signal: null, atMs: nowMs() } : exitOf(spec),
      history,
      screen: fenced ? '' : (said ?? ''),
      input: '',
      size: spec.size,
      pasted: null,
      submitted: null,
    });
  }

  function guard(operation: Operation): void {
    const failure = failures.get(operation)?.shift();
    if (failure !== undefined) throw failure;
    if (state === 'silent') throw unavailable();
  }

  function existing(handle: RuntimeHandle): FakePane {
    const pane = state === 'gone' ? undefined : panes.get(handle);
    if (pane === undefined) throw notFound(handle, 'there is no such runtime');
    return pane;
  }

  function receiver(handle: RuntimeHandle, launchId: LaunchId): FakePane {
    const pane = existing(handle);
    if (pane.tags.launchId !== launchId) throw notFound(handle, 'it runs another launch');
    if (pane.exit !== null) throw notFound(handle, 'its program has exited');
    return pane;
  }

  function probeOf(handle: RuntimeHandle): Probe {
    const why = unknowns.get(handle);
    if (why !== undefined) return { state: 'unknown', why };
    if (state === 'silent') return { state: 'unknown', why: 'the host does not answer' };
    if (state === 'gone') return { state: 'dead', evidence: 'host_gone' };
    const pane = panes.get(handle);
    return pane === undefined ? { state: 'dead', evidence: 'absent' } : seenOf(pane).probe;
  }

  function openRuntime(): Runtime {
    adapters += 1;
    let open = true;
    return {
      kind: 'tmux',
      async assertInstalled() {
        const failure = failures.get('assertInstalled')?.shift();
        if (failure !== undefined) throw failure;
        if (!installed) throw new AppError({ code: 'RUNTIME_MISSING', message: 'tmux is not installed.', hint: 'Install it.' });
      },
      handleFor: (sessionId, attempt) => `/fake.sock:${sessionId}${attempt === 0 ? '' : `_${attempt}`}` as RuntimeHandle,
      async create(spec) {
        const isRefused = (failures.get('create')?.length ?? 0) > 0;
        if (state === 'silent' && !isRefused) {
          queue.push(() => {
            if (!panes.has(spec.handle)) start(spec, '', revoked.has(spec.launchId) ? 'revoked' : 'open');
          });
        }
        guard('create');
        if (state === 'gone') {
          panes.clear();
          state = 'up';
        }
        if (panes.has(spec.handle)) {
          throw new AppError({ code: 'RUNTIME_HANDLE_TAKEN', message: `${spec.handle} is in use.`, hint: 'Take another handle.' });
        }
        start(spec, '');
      },
      async restart(spec) {
        guard('restart');
        const pane = existing(spec.handle);
        if (pane.exit === null)
          throw new AppError({ code: 'RUNTIME_HANDLE_TAKEN', message: `${spec.handle} still runs its program.`, hint: 'End it first.' });
        start(spec, joinText(pane.history, pane.screen));
      },
      async revoke(launchId) {
        revoked.add(launchId);
      },
      async destroy(handle, launchId) {
        revoked.add(launchId);
        guard('destroy');
        destroyed.push({ handle, launchId });
        if (panes.get(handle)?.tags.launchId === launchId) panes.delete(handle);
      },
      connect() {},
      async probe(handles) {
        const failure = failures.get('probe')?.shift();
        const byHandle = new Map<RuntimeHandle, Probe>(
          handles.map((handle) => [handle, failure === undefined ? probeOf(handle) : { state: 'unknown', why: failure.message }]),
        );
        const visible = state === 'up' && failure === undefined ? [...panes.values()] : [];
        const seen = visible
          .filter(({ tags }) => tags.instanceId !== null || tags.sessionId !== null || tags.launchId !== null)
          .map(seenOf);
        return { byHandle, seen };
      },
      async capture(handle, { historyLines }) {
        guard('capture');
        const pane = existing(handle);
        const history = pane.history === '' ? [] : pane.history.split('\n');
        return withoutColour(joinText(history.slice(Math.max(0, history.length - historyLines)).join('\n'), pane.screen));
      },
      async screens(handles) {
        looks.push(handles);
        const there = state === 'up' ? handles.flatMap((handle) => panes.get(handle) ?? []) : [];
        return new Map(there.map(({ handle, screen, size }) => [handle, { cols: size.cols, text: screen }]));
      },
      async history(handle, { from, rows, anchor }) {
        guard('capture');
        const { history, screen, size } = existing(handle);
        const all = joinText(history, screen).split('\n');
        const total = Math.max(0, all.length - size.rows);
        const first = Math.min(total, Math.max(0, from ?? total - rows));
        const end = Math.min(total, first + rows);
        const known = anchor ?? first;
        return {
          total,
          first,
          rows: end - first,
          text: all
            .slice(first, end)
            .map((line) => `${line}\n`)
            .join(''),
          anchor: all.slice(known, known + 4).join('\n'),
          cols: size.cols,
          screen: end === total ? all.slice(total).join('\n') : null,
        };
      },
      async write(handle, data) {
        guard('paste');
        const pane = existing(handle);
        const text = Buffer.from(data).toString('utf8');
        if (pane.exit === null) change(handle, { input: pane.input + text, screen: pane.screen + text });
      },
      async resize(handle, size) {
        guard('paste');
        if (![size.cols, size.rows].every((value) => Number.isInteger(value) && value >= 2 && value <= 1_000)) {
          throw new AppError({
            code: 'BAD_INPUT',
            message: `${size.cols}x${size.rows} is no terminal size.`,
            hint: 'Use whole numbers from 2 to 1000.',
          });
        }
        existing(handle);
        change(handle, { size });
      },
      async paste(handle, launchId, message) {
        guard('paste');
        const pane = receiver(handle, launchId);
        if (pane.pasted === message.id) return;
        const text = message.text.replaceAll('\u001b[201~', '');
        change(handle, { input: pane.input + text, screen: pane.screen + text, pasted: message.id });
      },
      async submit(handle, launchId, messageId) {
        guard('submit');
        const pane = receiver(handle, launchId);
        if (pane.submitted === messageId) return;
        change(handle, { input: `${pane.input}\r`, screen: `${pane.screen}\n`, submitted: messageId });
      },
      async receipts(handle) {
        guard('probe');
        const { pasted, submitted } = existing(handle);
        return { pasted, submitted };
      },
      async close() {
        if (open) adapters -= 1;
        open = false;
      },
    };
  }

  const host: FakeHost = {
    launches,
    revoked,
    destroyed,
    looks,
    openAdapters: () => adapters,
    pane: (handle) => panes.get(handle) ?? null,
    panes: () => [...panes.values()],
    exit(handle, exit) {
      change(handle, { exit: { code: 0, signal: null, atMs: nowMs(), ...exit } });
    },
    remove(handle) {
      panes.delete(handle);
    },
    reboot() {
      panes.clear();
      queue = [];
      state = 'gone';
    },
    hang() {
      state = 'silent';
    },
    wake() {
      state = 'up';
      for (const run of queue) run();
      queue = [];
    },
    setUnknown(handle, why) {
      if (why === null) unknowns.delete(handle);
      else unknowns.set(handle, why);
    },
    plant(handle, tags) {
      if (state === 'gone') state = 'up';
      nextPid += 1;
      const pane = { handle, spec: null, tags: { ...NO_TAGS, ...tags }, pid: nextPid, exit: null, history: '', screen: '', input: '' };
      panes.set(handle, { ...pane, size: { cols: 80, rows: 24 }, pasted: null, submitted: null });
    },
    failNext(operation, error) {
      failures.set(operation, [...(failures.get(operation) ?? []), error]);
    },
    setInstalled(value) {
      installed = value === 'yes';
    },
  };
  return { host, openRuntime };
}

function seenOf(pane: FakePane): SeenRuntime {
  const { handle, tags, exit, pid } = pane;
  return { handle, probe: exit === null ? { state: 'alive', pid, tags } : { state: 'exited', exit, tags } };
}

function joinText(history: string, screen: string): string {
  return [history, screen]
    .filter((part) => part !== '')
    .join('\n')
    .replace(/\s+$/, '');
}

/** As a capture is: text. */
const withoutColour = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, '');

function unavailable(): AppError {
  return new AppError({ code: 'RUNTIME_UNAVAILABLE', message: 'The session host does not answer.', hint: 'Try again.' });
}

function notFound(handle: RuntimeHandle, why: string): AppError {
  return new AppError({ code: 'RUNTIME_NOT_FOUND', message: `${handle}: ${why}.`, hint: 'Look again with `ao ls`.' });
}
