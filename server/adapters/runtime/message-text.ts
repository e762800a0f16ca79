/** What may be typed for somebody, and the ids by which it is remembered. Pure. */
import type { MessageId } from '../../core/ids.ts';
import { badInput } from './refusals.ts';

const MESSAGE_ID = /^[0-9A-Za-z-]{1,64}$/;
const END_OF_PASTE = /(?:\u001b\[|\u009b)201~/g;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/**
 * Text as it may be typed for somebody: without the end-of-paste sequence, after which the rest would be keys, and without
 * any other control character but tab and line ends; a program that did not ask for bracketed paste would take them as keys too.
 */
export function toPasteText(text: string): string {
  return text.replace(END_OF_PASTE, '').replace(CONTROLS, '');
}

export function assertMessageId(id: MessageId): void {
  if (!MESSAGE_ID.test(id)) throw badInput('A message id that is none.', 'This is a defect of ao; please report it.');
}

export function toMessageId(text: string | undefined): MessageId | null {
  return text === undefined || !MESSAGE_ID.test(text) ? null : (text as MessageId);
}
