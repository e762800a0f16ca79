/** The tab's title and icon say how things stand without a look at the page: how many need somebody, and whether we are connected. */
'use client';

import { columnOf } from '../_data/columns.ts';
import { useConnection, useSessions } from '../_data/live.tsx';
import { TabFace } from './tab-face.tsx';

export function PageTitle({ title }: { readonly title: string }) {
  const sessions = useSessions();
  const connection = useConnection();
  const waiting = sessions.filter(({ status }) => columnOf(status) === 'needs_you').length;
  if (connection.kind !== 'live' && connection.kind !== 'stale' && connection.kind !== 'loading')
    return <TabFace title={`⏸ ${title}`} icon="away" />;
  return waiting > 0 ? <TabFace title={`(${waiting}) ${title}`} icon="needs-you" /> : <TabFace title={title} icon="calm" />;
}
