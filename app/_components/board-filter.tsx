/** Narrows a board to what contains the words; in the address, so that a reload keeps it. Appears once there is something to narrow. */
'use client';

import { clsx } from 'clsx';
import { type ReactNode, useMemo } from 'react';
import type { SessionView } from '../../server/contract/session.ts';
import { agentName } from '../_data/agent-names.ts';
import { useSearchParam } from '../_data/search-param.ts';
import { nameOf } from '../_data/status.ts';
import { controlClass } from '../_ui/control-class.ts';

const WORTH_FILTERING = 9;

export type BoardFilter = {
  readonly input: ReactNode;
  readonly sessions: readonly SessionView[];
  /** `narrowed`: what is not shown may be there all the same. */
  readonly extent: 'all' | 'narrowed';
};

export function useBoardFilter(sessions: readonly SessionView[]): BoardFilter {
  const [asked, setWords] = useSearchParam('q');
  const words = asked ?? '';
  const narrowed = useMemo(() => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length === 0) return sessions;
    return sessions.filter((session) => {
      const text =
        `${nameOf(session)} ${session.id} ${agentName(session.agent)} ${session.agent} ${session.branch} ${session.reason}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
  }, [sessions, words]);
  return {
    sessions: narrowed,
    extent: narrowed === sessions ? 'all' : 'narrowed',
    input:
      sessions.length < WORTH_FILTERING && words === '' ? null : (
        <input
          type="search"
          aria-label="Filter the board"
          placeholder="Filter…"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value === '' ? null : event.currentTarget.value)}
          className={clsx(controlClass, 'h-8 w-44! px-2.5 max-lg:w-32!', words === '' && 'max-sm:hidden')}
        />
      ),
  };
}
