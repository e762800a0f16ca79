/** The session's name in the bar, changed in place: Enter keeps it, Escape leaves it as it was. */
'use client';

import { Pencil } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { SessionView } from '../../../server/contract/session.ts';
import { nameOf } from '../../_data/status.ts';
import { IconButton } from '../../_ui/button.tsx';
import type { SessionActions } from './use-session-actions.ts';

const TITLE_MAX = 200;

export type SessionTitleProps = {
  readonly session: SessionView;
  readonly rename: SessionActions['rename'];
  readonly lock: string | null;
  readonly editing: 'yes' | 'no';
  readonly onEditing: (editing: 'yes' | 'no') => void;
};

export function SessionTitle({ session, rename, lock, editing, onEditing }: SessionTitleProps) {
  const name = nameOf(session);
  const pencil = useRef<HTMLButtonElement>(null);
  const endedBy = useRef<EndedBy>('elsewhere');
  useEffect(() => {
    if (editing === 'no' && endedBy.current === 'key') pencil.current?.focus();
    endedBy.current = 'elsewhere';
  }, [editing]);
  const done = (by: EndedBy): void => {
    endedBy.current = by;
    onEditing('no');
  };
  if (editing === 'yes') return <TitleField key={session.id} name={name} rename={rename} onDone={done} />;
  return (
    <div className="group/title flex min-w-0 items-center gap-0.5">
      <h1 className="min-w-0 truncate font-semibold text-sm" title={name}>
        {name}
      </h1>
      <IconButton
        ref={pencil}
        label="Rename"
        size="sm"
        disabledReason={lock}
        onClick={() => onEditing('yes')}
        className="opacity-0 focus-visible:opacity-100 group-hover/title:opacity-100 max-sm:hidden"
      >
        <Pencil size={13} aria-hidden />
      </IconButton>
    </div>
  );
}

/** By a key in the field the focus would be lost with it; whoever went elsewhere has taken it along. */
type EndedBy = 'key' | 'elsewhere';

type TitleFieldProps = { readonly name: string; readonly rename: SessionActions['rename']; readonly onDone: (by: EndedBy) => void };

function TitleField({ name, rename, onDone }: TitleFieldProps) {
  const [title, setTitle] = useState(name);
  const save = (by: EndedBy): void => {
    const next = title.trim();
    if (next === '' || next === name) return onDone(by);
    void rename.run(next).then((outcome) => {
      if (outcome === 'done') onDone(by);
    });
  };
  return (
    <form
      className="flex min-w-0 flex-1 items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save('key');
      }}
    >
      <h1 className="sr-only">{name}</h1>
      <input
        // biome-ignore lint/a11y/noAutofocus: the user has just asked to edit it
        autoFocus
        aria-label="Name of the session"
        aria-invalid={rename.problem !== null}
        autoComplete="off"
        maxLength={TITLE_MAX}
        value={title}
        readOnly={rename.pending !== null}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone('key');
        }}
        onBlur={() => {
          if (rename.pending === null && rename.problem === null) save('elsewhere');
        }}
        className="h-7 min-w-0 max-w-96 flex-1 rounded-sm border border-line-control bg-canvas px-2 font-semibold text-ink text-sm"
      />
      {rename.pending === null ? null : <span className="text-ink-muted text-xs">{rename.pending}</span>}
      {rename.problem === null ? null : (
        <span role="alert" className="wrap-anywhere text-status-trouble text-xs">
          {rename.problem.message}
        </span>
      )}
    </form>
  );
}
