/**
 * Messages into a session, once: text and receipt, Enter and receipt, are each one command list of the server, so that no
 * death of the daemon can come between them (D2).
 *
 * Every check is made by the server in the same step as the effect. That is more than tidiness: `paste-buffer` to a pane
 * whose program has exited *crashes* tmux 3.3a, and every session with it.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LaunchId, MessageId, RuntimeHandle } from '../../../core/ids.ts';
import type { DeliveryReceipts } from '../../../ports/runtime.ts';
import { assertMessageId, toMessageId, toPasteText } from '../message-text.ts';
import { writePrivateFile } from '../private-files.ts';
import { runtimeNotFound } from '../refusals.ts';
import type { Channel } from './channel.ts';
import { hostUnavailable } from './failures.ts';
import { type Place, paneTarget } from './handles.ts';
import type { Observing } from './observing.ts';
import { escapeFormat, type TmuxCommands, toControlLine } from './quoting.ts';

export type DeliveryDeps = { readonly dataDir: string; readonly channel: Channel; readonly observing: Observing };

export function createDelivery({ dataDir, channel, observing }: DeliveryDeps) {
  async function once(place: Place, step: Step): Promise<void> {
    const target = paneTarget(place.name);
    const { launchId, messageId, receipt } = step;
    const inner: TmuxCommands = [...step.effect, ['set-option', '-t', target, receipt, messageId]];
    const reply = await channel.change(place.socket, [
      // Somebody scrolled back by a plain `tmux attach`: keys would go to copy mode.
      ['if-shell', '-F', '-t', target, '#{pane_in_mode}', toControlLine([['send-keys', '-t', target, '-X', 'cancel']])],
      [
        'if-shell',
        '-F',
        '-t',
        target,
        `#{?pane_dead,,#{?pane_in_mode,,#{&&:#{==:#{@ao_launch},${launchId}},#{!=:#{${receipt}},${messageId}}}}}`,
        toControlLine(inner),
        toControlLine([['display-message', '-p', '-t', target, `refused|#{pane_dead}|#{pane_in_mode}|#{@ao_launch}|#{${receipt}}`]]),
      ],
    ]);
    if (reply.outcome !== 'ok') return await observing.refuse(place, reply);
    const refused = reply.text.split('\n').find((line) => line.startsWith('refused|'));
    if (refused === undefined) return;
    const [, dead, mode, launch, noted] = refused.split('|');
    if (launch !== launchId) throw runtimeNotFound(place.name, launch === '' ? 'there is none' : 'it runs another launch');
    if (noted === messageId) return;
    if (dead === '1') throw runtimeNotFound(place.name, 'its program has exited');
    throw hostUnavailable(mode === '1' ? 'the terminal is in copy mode' : 'the message was refused');
  }

  return {
    async paste(handle: RuntimeHandle, launchId: LaunchId, message: { readonly id: MessageId; readonly text: string }): Promise<void> {
      assertMessageId(message.id);
      const place = await observing.locate(handle);
      const text = toPasteText(message.text);
      const step = { launchId, messageId: message.id, receipt: '@ao_pasted' } as const;
      // tmux makes no buffer of an empty file.
      if (text === '') return await once(place, { ...step, effect: [] });
      const file = join(dataDir, 'tmux', `paste-${randomUUID()}`);
      const buffer = `ao-${message.id}`;
      try {
        await writePrivateFile(file, text, 'ordinary').catch((caught: unknown) => {
          throw hostUnavailable(
            `the message could not be written for it (${caught instanceof Error ? caught.message : String(caught)})`,
            caught,
          );
        });
        const loaded = await channel.change(place.socket, [['load-buffer', '-b', buffer, escapeFormat(file)]]);
        if (loaded.outcome !== 'ok') return await observing.refuse(place, loaded);
        await once(place, { ...step, effect: [['paste-buffer', '-p', '-r', '-d', '-b', buffer, '-t', paneTarget(place.name)]] }).catch(
          async (caught: unknown) => {
            await channel.read(place.socket, [['delete-buffer', '-b', buffer]]);
            throw caught;
          },
        );
      } finally {
        await rm(file, { force: true }).catch(() => {});
      }
    },

    async submit(handle: RuntimeHandle, launchId: LaunchId, messageId: MessageId): Promise<void> {
      assertMessageId(messageId);
      const place = await observing.locate(handle);
      await once(place, { launchId, messageId, receipt: '@ao_submitted', effect: [['send-keys', '-t', paneTarget(place.name), 'Enter']] });
    },

    async receipts(handle: RuntimeHandle): Promise<DeliveryReceipts> {
      const place = await observing.locate(handle);
      const target = paneTarget(place.name);
      const reply = await channel.read(place.socket, [['list-panes', '-t', target, '-F', 'receipts|#{@ao_pasted}|#{@ao_submitted}']]);
      if (reply.outcome !== 'ok') return await observing.refuse(place, reply);
      const [, pasted, submitted] = reply.text.split('\n')[0]?.split('|') ?? [];
      return { pasted: toMessageId(pasted), submitted: toMessageId(submitted) };
    },
  };
}

type Step = {
  readonly launchId: LaunchId;
  readonly messageId: MessageId;
  readonly receipt: '@ao_pasted' | '@ao_submitted';
  readonly effect: TmuxCommands;
};
