/** A command to type elsewhere, with a button that copies it. */
'use client';

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from './button.tsx';

export function CommandLine({ children }: { readonly children: string }) {
  const [copied, setCopied] = useState<'yes' | 'no'>('no');
  const copy = () => {
    navigator.clipboard.writeText(children).then(
      () => setCopied('yes'),
      () => setCopied('no'),
    );
  };
  return (
    <div className="flex w-full items-center gap-1 rounded-sm bg-sidebar py-0.5 pr-1 pl-3 text-left ring-1 ring-line ring-inset">
      <code className="min-w-0 flex-1 select-all overflow-x-auto whitespace-nowrap font-mono text-ink text-xs">{children}</code>
      <IconButton label={copied === 'yes' ? 'Copied' : 'Copy the command'} size="sm" onClick={copy}>
        {copied === 'yes' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </IconButton>
    </div>
  );
}
