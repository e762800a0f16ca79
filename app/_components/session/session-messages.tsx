/**
 * Messages to the agent: a queue, not a paste. Each shows how far it has come and why it waits; one that could not be handed to
 * the daemon stays in the box, and sending it again cannot deliver it twice.
 */
'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import type { MessageView, SessionView } from '../../../server/contract/session.ts';
import { useDraft } from '../../_data/draft.ts';
import { useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { formatAge, formatFull, useNow } from '../../_data/time.ts';
import { Badge, type BadgeTone } from '../../_ui/badge.tsx';
import { Button } from '../../_ui/button.tsx';
import { TextArea } from '../../_ui/field.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';
import { Kbd } from '../../_ui/kbd.tsx';
import { Skeleton } from '../../_ui/skeleton.tsx';

const LOOKS: Readonly<Record<MessageView['state'], { readonly label: string; readonly tone: BadgeTone }>> = {
  queued: { label: 'Waiting', tone: 'neutral' },
  pasted: { label: 'Typed', tone: 'working' },
  echoed: { label: 'Typed', tone: 'working' },
  submitted: { label: 'Sent', tone: 'working' },
  accepted: { label: 'Accepted', tone: 'done' },
  failed: { label: 'Not delivered', tone: 'trouble' },
};
/** While one is on its way its state is asked for. Milliseconds. */
const LOOK_EVERY_MS = 2_000;

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const isOnItsWay = ({ state }: MessageView): boolean => state === 'queued' || state === 'pasted' || state === 'echoed';

export function SessionMessages({ session }: { readonly session: SessionView }) {
  const trpc = useTRPC();
  const lock = useLock();
  const messages = useQuery({
    ...trpc.sessions.messages.queryOptions({ id: session.id }),
    enabled: lock === null,
    refetchInterval: ({ state }) => (state.data?.some(isOnItsWay) === true ? LOOK_EVERY_MS : false),
  });
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">
        {messages.data === undefined ? (
          messages.error === null ? (
            <Skeleton className="h-14" />
          ) : (
            <InlineError problem={toProblem(messages.error)} />
          )
        ) : messages.data.length === 0 ? (
          <p className="text-ink-muted">
            No messages yet. What you send here reaches the agent when it can take it, even if that is later.
          </p>
        ) : (
          <ul className="space-y-3">
            {messages.data.map((message) => (
              <Message key={message.messageId} message={message} />
            ))}
          </ul>
        )}
      </div>
      <SendBox session={session} lock={lock} onSent={() => void messages.refetch()} />
    </div>
  );
}

function Message({ message }: { readonly message: MessageView }) {
  const nowMs = useNow();
  const look = LOOKS[message.state];
  return (
    <li className="rounded-md border border-line bg-surface px-3 py-2">
      <p className="wrap-anywhere max-h-40 overflow-y-auto whitespace-pre-wrap">{message.text}</p>
      <div className="mt-1.5 flex items-center gap-2 text-ink-faint text-xs">
        <Badge tone={look.tone}>{look.label}</Badge>
        <span className="wrap-anywhere min-w-0 flex-1 text-ink-muted">{message.reason}</span>
        {nowMs === 0 ? null : (
          <time dateTime={message.createdAt} title={formatFull(message.createdAt)}>
            {formatAge(message.createdAt, nowMs)}
          </time>
        )}
      </div>
    </li>
  );
}

type SendBoxProps = { readonly session: SessionView; readonly lock: string | null; readonly onSent: () => void };

function SendBox({ session, lock, onSent }: SendBoxProps) {
  const trpc = useTRPC();
  const draft = useDraft(`message:${session.id}`, { text: '', key: '' });
  const send = useMutation(
    trpc.sessions.send.mutationOptions({
      onSuccess: () => {
        draft.clear();
        onSent();
      },
    }),
  );
  const { text } = draft.value;
  const reason = lock ?? (session.phase === 'terminated' ? 'The session has ended' : null);
  const submit = (): void => {
    if (text.trim() === '' || reason !== null || send.isPending) return;
    // One key for one text: when the answer is lost, sending it again is the same message.
    const key = draft.value.key === '' ? newKey() : draft.value.key;
    draft.change({ key });
    send.mutate({ id: session.id, text, key });
  };
  return (
    <form
      className="shrink-0 space-y-2 border-line border-t p-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {send.error === null ? null : <InlineError problem={toProblem(send.error)} />}
      <TextArea
        aria-label={`Message to ${session.id}`}
        placeholder="Message to the agent"
        value={text}
        rows={3}
        readOnly={send.isPending}
        className="min-h-16"
        onChange={(event) => draft.change({ text: event.target.value, key: '' })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          submit();
        }}
      />
      <div className="flex items-center justify-between gap-2">
        <span className="flex items-center gap-1 text-ink-faint text-xs pointer-coarse:invisible">
          <Kbd keys="mod+enter" /> sends
        </span>
        <Button
          type="submit"
          variant="primary"
          size="sm"
          disabled={text.trim() === ''}
          disabledReason={reason}
          pending={send.isPending ? 'Sending…' : null}
        >
          <Send size={13} aria-hidden />
          Send
        </Button>
      </div>
    </form>
  );
}
