/** All sessions' statuses as one text: when it changes, so may what a briefing says, or whether there is one. */
'use client';

import { useMemo } from 'react';
import { useSessions } from '../../_data/live.tsx';

export function useStatuses(): string {
  const sessions = useSessions();
  return useMemo(() => sessions.map(({ id, status }) => `${id}:${status}`).join(), [sessions]);
}
