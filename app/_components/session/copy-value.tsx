/** A value that people carry elsewhere, a path or a branch: read in full on hover, copied by a click. */
'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../_ui/button.tsx';

const SAY_FOR_MS = 1_500;

export function CopyValue({ value, label }: { readonly value: string; readonly label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), SAY_FOR_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    // Only there in a secure context: a plain http address other than localhost has none.
    if (navigator.clipboard === undefined) setState('refused');
    else
      navigator.clipboard.writeText(value).then(
        () => setState('copied'),
        () => setState('refused'),
      );
  };
  const name = state === 'copied' ? 'Copied' : state === 'refused' ? 'The browser did not allow copying' : `Copy the ${label}`;
  return (
    <span className="flex min-w-0 items-center gap-1">
      <code className="min-w-0 select-all truncate font-mono text-ink text-xs" title={value}>
        {value}
      </code>
      <IconButton label={name} size="sm" onClick={copy}>
        {state === 'copied' ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      </IconButton>
    </span>
  );
}
