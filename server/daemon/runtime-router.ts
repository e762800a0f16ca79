/**
 * Both runtimes as one: new sessions go to the chosen one, everything else to the one whose handle it is. So a session outlives also
 * a change of `AO_RUNTIME`, and a tmux that was installed later or is gone. Routes; decides nothing else.
 */
import type { RuntimeHandle } from '../core/ids.ts';
import type { Probe, SeenRuntime } from '../core/session/probe.ts';
import type { RuntimeKind } from '../core/session/session.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { RuntimeAttach } from '../ports/terminal.ts';
import { kindOfHandle } from './runtime-choice.ts';

export type AnyRuntime = Runtime & RuntimeAttach;

export type RouterOptions = {
  readonly chosen: RuntimeKind;
  readonly runtimes: Readonly<Record<RuntimeKind, AnyRuntime>>;
  /** Whether there may be anything of that kind here: what never was used is not asked, each second, for nothing. */
  readonly wasUsed: (kind: RuntimeKind) => boolean;
};

export function createRuntimeRouter({ chosen, runtimes, wasUsed }: RouterOptions): AnyRuntime {
  const all = Object.values(runtimes);
  const own = runtimes[chosen];
  const of = (handle: RuntimeHandle): AnyRuntime => runtimes[kindOfHandle(handle)];

  return {
    kind: chosen,
    assertInstalled: own.assertInstalled,
    handleFor: own.handleFor,
    create: (spec) => of(spec.handle).create(spec),
    restart: (spec) => of(spec.handle).restart(spec),
    // A launch id does not say where it was to start.
    async revoke(launchId) {
      for (const runtime of all) await runtime.revoke(launchId);
    },
    destroy: (handle, launchId) => of(handle).destroy(handle, launchId),
    connect() {
      for (const runtime of all) if (wasUsed(runtime.kind)) runtime.connect();
    },
    async probe(handles, options) {
      const looks = all.flatMap((runtime) => {
        const theirs = handles.filter((handle) => of(handle) === runtime);
        const idle = runtime !== own && theirs.length === 0 && !wasUsed(runtime.kind);
        return idle ? [] : [runtime.probe(theirs, options)];
      });
      const views = await Promise.all(looks);
      return {
        byHandle: new Map<RuntimeHandle, Probe>(views.flatMap(({ byHandle }) => [...byHandle])),
        seen: views.flatMap(({ seen }): readonly SeenRuntime[] => seen),
      };
    },
    capture: (handle, options) => of(handle).capture(handle, options),
    async screens(handles) {
      const looks = all.map((runtime) => runtime.screens(handles.filter((handle) => of(handle) === runtime)));
      return new Map((await Promise.all(looks)).flatMap((screens) => [...screens]));
    },
    history: (handle, range) => of(handle).history(handle, range),
    write: (handle, data) => of(handle).write(handle, data),
    resize: (handle, size) => of(handle).resize(handle, size),
    paste: (handle, launchId, message) => of(handle).paste(handle, launchId, message),
    submit: (handle, launchId, messageId) => of(handle).submit(handle, launchId, messageId),
    receipts: (handle) => of(handle).receipts(handle),
    attach: (handle, listener) => of(handle).attach(handle, listener),
    async close() {
      await Promise.all(all.map((runtime) => runtime.close()));
    },
  };
}
