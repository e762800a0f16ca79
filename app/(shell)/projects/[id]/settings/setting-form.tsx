/**
 * One setting of a project: its field, and, once it was changed, the buttons that keep it or put it back. Each is saved by itself, so
 * that what is wrong with one is said under it and holds up no other. What was typed survives leaving the page.
 */
'use client';

import { useMutation } from '@tanstack/react-query';
import type { FormEvent, KeyboardEvent, ReactNode } from 'react';
import type { ProjectView } from '../../../../../server/contract/project.ts';
import { useDraft } from '../../../../_data/draft.ts';
import { toFieldError } from '../../../../_data/field-errors.ts';
import { useLearn, useLock } from '../../../../_data/live.tsx';
import { toProblem, useTRPC } from '../../../../_data/rpc.ts';
import { Button } from '../../../../_ui/button.tsx';
import { CodeText } from '../../../../_ui/code-text.tsx';
import { Field } from '../../../../_ui/field.tsx';
import { say } from '../../../../_ui/toaster.tsx';
import type { Parsed } from './setting-text.ts';

export type SettingName =
  | 'name'
  | 'base'
  | 'agent'
  | 'orchestratorAgent'
  | 'orchestratorCommand'
  | 'env'
  | 'symlinks'
  | 'postCreate'
  | 'disposable'
  | 'record';
type SettingPart = Partial<Pick<ProjectView, SettingName>>;

export type SettingFormProps = {
  readonly project: ProjectView;
  readonly setting: SettingName;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly note?: string;
  /** The setting as the field has it, and back. */
  readonly saved: string;
  readonly parse: (text: string) => Parsed<SettingPart>;
  readonly children: (text: string, change: (text: string) => void) => ReactNode;
};

export function SettingForm({ project, setting, label, hint, note, saved, parse, children }: SettingFormProps) {
  const trpc = useTRPC();
  const learn = useLearn();
  const lock = useLock();
  const draft = useDraft(`project:${project.id}:${setting}`, { text: '', changed: '' });
  const isChanged = draft.value.changed === 'yes' && draft.value.text !== saved;
  const text = isChanged ? draft.value.text : saved;
  const parsed = parse(text);
  const set = useMutation(
    trpc.projects.set.mutationOptions({
      onSuccess: (next) => {
        learn.learnProject(next);
        draft.clear();
        say(`${label} saved`);
      },
    }),
  );
  const save = (): void => {
    if (!isChanged || !parsed.ok || lock !== null || set.isPending) return;
    set.mutate({ id: project.id, ...parsed.value });
  };
  const change = (next: string): void => {
    set.reset();
    draft.change({ text: next, changed: 'yes' });
  };
  const refused = set.error === null ? null : toProblem(set.error);
  const error =
    isChanged && !parsed.ok
      ? parsed.why
      : refused === null
        ? null
        : refused.code === 'BAD_INPUT'
          ? toFieldError(refused.message, setting)
          : `${refused.message} ${refused.hint ?? ''}`;
  return (
    <form
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
        event.preventDefault();
        save();
      }}
    >
      <Field
        label={label}
        {...(note === undefined ? {} : { note })}
        hint={hint}
        error={error === null ? null : <CodeText>{error}</CodeText>}
      >
        {children(text, change)}
      </Field>
      {isChanged ? (
        <div className="mt-2 flex gap-2">
          <Button
            type="submit"
            variant="primary"
            size="sm"
            pending={set.isPending ? 'Saving…' : null}
            disabledReason={lock}
            disabled={!parsed.ok}
            aria-label={`Save ${label.toLowerCase()}`}
          >
            Save
          </Button>
          <Button
            size="sm"
            disabled={set.isPending}
            aria-label={`Undo the change of ${label.toLowerCase()}`}
            onClick={() => {
              set.reset();
              draft.clear();
            }}
          >
            Undo
          </Button>
        </div>
      ) : null}
    </form>
  );
}
