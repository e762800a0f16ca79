/**
 * Where the board's briefing stands once there is one. Most days there is none, and that is asked plainly: the bar, and with it all
 * that asks and commands, is loaded only after an outage.
 */
'use client';

import nextDynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { isBriefingThere } from '../../_data/gateway.ts';
import { useLock } from '../../_data/live.tsx';
import { useStatuses } from './use-statuses.ts';

const BriefingBar = nextDynamic(() => import('./briefing-bar.tsx').then((file) => file.BriefingBar), { ssr: false });

export function BriefingPlace() {
  const lock = useLock();
  const statuses = useStatuses();
  const [bar, setBar] = useState<'none' | 'shown'>('none');
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each change of a status there may be one
  useEffect(() => {
    if (bar === 'shown' || lock !== null) return;
    void isBriefingThere().then((there) => there && setBar('shown'));
  }, [bar, lock, statuses]);
  return bar === 'shown' ? <BriefingBar /> : null;
}
