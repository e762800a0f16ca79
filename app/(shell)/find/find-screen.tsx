/** `/find?q=…&in=<session>`: a text in what recorded sessions have shown, and the way to the moment. */
'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Search, X } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import '../../_terminal/terminal.css';
import type { RecordingHit } from '../../../server/contract/recording.ts';
import { TopBar } from '../../_components/top-bar.tsx';
import { useDebounced } from '../../_data/debounced.ts';
import { useFeed, useLock } from '../../_data/live.tsx';
import { toProblem, useTRPC } from '../../_data/rpc.ts';
import { useSearchParam } from '../../_data/search-param.ts';
import { nameOf } from '../../_data/status.ts';
import { formatMoment, useNow } from '../../_data/time.ts';
import { Button } from '../../_ui/button.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { Input } from '../../_ui/field.tsx';
import { InlineError } from '../../_ui/inline-error.tsx';

const DELAY_MS = 250;
/** The index knows nothing shorter. */
const MIN_LENGTH = 3;
const LIMIT = 100;

export function FindScreen() {
  const trpc = useTRPC();
  const lock = useLock();
  const [kept, keep] = useSearchParam('q');
  const [within, setWithin] = useSearchParam('in');
  const [text, setText] = useState(kept ?? '');
  const input = useRef<HTMLInputElement>(null);
  const asked = useDebounced(text.trim(), DELAY_MS);
  useEffect(() => keep(asked === '' ? null : asked), [asked, keep]);
  useEffect(() => input.current?.focus(), []);
  const isLong = asked.split(/\s+/).some((word) => [...word].length >= MIN_LENGTH);
  const query = useQuery({
    ...trpc.recordings.find.queryOptions({ text: asked, limit: LIMIT, ...(within === null ? {} : { id: within }) }),
    enabled: isLong && lock === null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });
  const hits = isLong ? query.data : undefined;
  return (
    <>
      <TopBar title="Find in recordings" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex max-w-3xl flex-col gap-4 px-4 py-5">
          <div className="flex flex-col gap-2">
            <Input
              ref={input}
              type="search"
              aria-label="Find in recordings"
              placeholder="An error, a path, part of a word"
              value={text}
              onValueChange={setText}
            />
            {within === null ? null : (
              <Button size="sm" className="self-start" onClick={() => setWithin(null)}>
                Only in {within}
                <X size={14} aria-label="remove this condition" />
              </Button>
            )}
          </div>
          <p role="status" className="text-ink-muted text-xs">
            {summary({ lock, isLong, asked, count: hits?.length })}
          </p>
          {query.error === null || !isLong ? null : <InlineError problem={toProblem(query.error)} />}
          {hits === undefined || hits.length === 0 ? null : <Hits hits={hits} />}
        </div>
        {asked === '' ? (
          <EmptyState icon={<Search size={20} />} title="What was on a screen, and when">
            Looks through what recorded sessions have shown, ended ones too. A hit leads to that moment of the recording. Sessions are
            recorded where the settings of their project say so.
          </EmptyState>
        ) : null}
      </div>
    </>
  );
}

type Summary = { readonly lock: string | null; readonly isLong: boolean; readonly asked: string; readonly count: number | undefined };

function summary({ lock, isLong, asked, count }: Summary): string {
  if (asked === '') return '';
  if (!isLong) return `Type a word, or a part of one, of at least ${MIN_LENGTH} letters.`;
  if (count === undefined) return lock ?? 'Looking…';
  if (count === 0) return 'Nothing found. What was printed in the last seconds is not looked through yet.';
  return count === LIMIT ? `The latest ${LIMIT} moments` : count === 1 ? 'One moment' : `${count} moments, the latest first`;
}

function Hits({ hits }: { readonly hits: readonly RecordingHit[] }) {
  const { sessions } = useFeed();
  const nowMs = useNow();
  return (
    <ul className="flex flex-col">
      {hits.map((hit) => {
        const session = sessions.get(hit.sessionId);
        return (
          <li key={`${hit.sessionId} ${hit.startedAtMs} ${hit.atMs} ${hit.parts.length}`} className="border-line border-b last:border-b-0">
            <Link
              href={`/sessions/${hit.sessionId}/recording?at=${hit.atMs}`}
              prefetch={false}
              className="-mx-2 block rounded-sm px-2 py-2.5 transition-colors hover:bg-hover"
            >
              <span className="flex items-baseline gap-2 text-xs">
                <span className="min-w-0 truncate font-medium">{session === undefined ? hit.sessionId : nameOf(session)}</span>
                <span className="font-mono text-ink-faint">{hit.sessionId}</span>
                <span className="ml-auto shrink-0 text-ink-muted tabular-nums">{formatMoment(hit.atMs, nowMs)}</span>
              </span>
              <span className="wrap-anywhere mt-1 block font-mono text-ink-muted text-xs leading-5">
                {hit.parts.map((part, index) =>
                  part.match ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no name but their place
                    <mark key={index} className="rounded-xs bg-(--term-match) text-ink">
                      {part.text}
                    </mark>
                  ) : (
                    part.text
                  ),
                )}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
