/** The tab's title and icon say how things stand without a look at the page: how many need somebody, and whether we are connected. */
'use client';

import { useEffect } from 'react';
import { columnOf } from '../_data/columns.ts';
import { useConnection, useSessions } from '../_data/live.tsx';

export function PageTitle({ title }: { readonly title: string }) {
  const sessions = useSessions();
  const connection = useConnection();
  const waiting = sessions.filter(({ status }) => columnOf(status) === 'needs_you').length;
  const isAway = connection.kind !== 'live' && connection.kind !== 'stale' && connection.kind !== 'loading';
  useEffect(() => {
    const prefix = isAway ? '⏸ ' : waiting > 0 ? `(${waiting}) ` : '';
    document.title = `${prefix}${title} · ao`;
  }, [title, waiting, isAway]);
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon !== null) icon.href = `/icons/${isAway ? 'away' : waiting > 0 ? 'needs-you' : 'calm'}.svg`;
  }, [waiting, isAway]);
  return null;
}
