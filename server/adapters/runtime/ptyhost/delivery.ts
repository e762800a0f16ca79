/** Typing, messages and looking at a session's screen. A message and its receipt are one step of the host (D2). */
import type { LaunchId, MessageId, RuntimeHandle } from '../../../core/ids.ts';
import type { DeliveryReceipts, HistoryPage, HistoryRange, ScreenText, TerminalSize } from '../../../ports/runtime.ts';
import { assertSize } from '../launch-rules.ts';
import { assertMessageId, toPasteText } from '../message-text.ts';
import { runtimeNotFound } from '../refusals.ts';
import { hostTooOld, hostUnavailable } from './failures.ts';
import { parseHandle } from './handles.ts';
import type { AskOptions, Hosts } from './hosts.ts';
import { type HostRequest, parsePage, parseScreen, parseStatus } from './messages.ts';

/** 16 MB through a socket, beside a flood. */
const PASTE_LIMIT_MS = 15_000;
/** One that does not answer must not keep the others' screens back for long. */
const SCREEN_LIMIT_MS = 1_000;

export function createDelivery(hosts: Hosts) {
  async function ask(
    handle: RuntimeHandle,
    request: HostRequest,
    options?: AskOptions,
  ): Promise<{ readonly facts: unknown; readonly body: Uint8Array }> {
    const name = parseHandle(handle);
    if (name === null) throw runtimeNotFound(handle, 'its handle is none of a pty host');
    const reply = await hosts.require(name, request, options);
    if (reply.state === 'ok') return reply;
    if (reply.refusal === 'not-understood') throw hostTooOld(name);
    throw reply.refusal === 'other-launch' || reply.refusal === 'exited' ? runtimeNotFound(name, reply.why) : hostUnavailable(reply.why);
  }

  return {
    async capture(handle: RuntimeHandle, historyLines: number): Promise<string> {
      const lines = Math.min(Math.max(0, Math.floor(historyLines)), Number.MAX_SAFE_INTEGER);
      const { body } = await ask(handle, { op: 'capture', historyLines: lines });
      return Buffer.from(body).toString('utf8');
    },
    async screens(handles: readonly RuntimeHandle[]): Promise<ReadonlyMap<RuntimeHandle, ScreenText>> {
      const looks = handles.map(async (handle): Promise<readonly [RuntimeHandle, ScreenText][]> => {
        try {
          const screen = parseScreen((await ask(handle, { op: 'screen' }, { limitMs: SCREEN_LIMIT_MS })).facts);
          return screen === null ? [] : [[handle, screen]];
        } catch {
          return [];
        }
      });
      return new Map((await Promise.all(looks)).flat());
    },
    async history(handle: RuntimeHandle, range: HistoryRange): Promise<HistoryPage> {
      const page = parsePage((await ask(handle, { op: 'history', ...range })).facts);
      if (page === null) throw hostUnavailable('its answer is none');
      return page;
    },
    async write(handle: RuntimeHandle, data: Uint8Array): Promise<void> {
      await ask(handle, { op: 'write' }, { body: data });
    },
    async resize(handle: RuntimeHandle, size: TerminalSize): Promise<void> {
      assertSize(size);
      await ask(handle, { op: 'resize', cols: size.cols, rows: size.rows });
    },
    async paste(handle: RuntimeHandle, launchId: LaunchId, message: { readonly id: MessageId; readonly text: string }): Promise<void> {
      assertMessageId(message.id);
      const body = Buffer.from(toPasteText(message.text), 'utf8');
      await ask(handle, { op: 'paste', launchId, messageId: message.id }, { limitMs: PASTE_LIMIT_MS, body });
    },
    async submit(handle: RuntimeHandle, launchId: LaunchId, messageId: MessageId): Promise<void> {
      assertMessageId(messageId);
      await ask(handle, { op: 'submit', launchId, messageId });
    },
    async receipts(handle: RuntimeHandle): Promise<DeliveryReceipts> {
      const status = parseStatus((await ask(handle, { op: 'status' })).facts);
      if (status === null) throw hostUnavailable('its answer is none');
      return { pasted: status.pasted, submitted: status.submitted };
    },
  };
}
