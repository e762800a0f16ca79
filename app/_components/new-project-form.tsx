/**
 * Adding a repository: its path is checked as it is typed, and what is wrong with it is said under the field. Used by the first run
 * and by the dialog.
 */
'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ProjectCheck } from '../../server/contract/project.ts';
import { preferredAgent, toAgentOptions, useAgents } from '../_data/agents.ts';
import { useDebounced } from '../_data/debounced.ts';
import { useDraft } from '../_data/draft.ts';
import { placeProblem } from '../_data/field-errors.ts';
import { useLearn, useLock } from '../_data/live.tsx';
import { toProblem, useTRPC } from '../_data/rpc.ts';
import { Button } from '../_ui/button.tsx';
import { CodeText } from '../_ui/code-text.tsx';
import { Field, Input } from '../_ui/field.tsx';
import { InlineError } from '../_ui/inline-error.tsx';
import { Select } from '../_ui/select.tsx';

const CHECK_AFTER_MS = 220;
/** Of what is refused although the path was checked: somebody was faster, or took the name. */
const BLAMED = {
  PROJECT_EXISTS: 'id',
  PATH_NOT_FOUND: 'path',
  NOT_A_REPOSITORY: 'path',
  UNBORN_HEAD: 'path',
  AGENT_UNKNOWN: 'agent',
} as const;

export type NewProjectFormProps = {
  /** Wraps the buttons, which a dialog sets apart from the fields. */
  readonly renderActions: (buttons: ReactNode) => ReactNode;
  readonly fieldsClass?: string;
  readonly onDone?: () => void;
};

export function NewProjectForm({ renderActions, fieldsClass = '', onDone }: NewProjectFormProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const learn = useLearn();
  const lock = useLock();
  const agents = useAgents();
  const draft = useDraft('project', { path: '', id: '', agent: '' });
  const [settledField, setSettledField] = useState<'typing' | 'left'>('typing');
  const path = draft.value.path.trim();
  const asked = useDebounced(path, CHECK_AFTER_MS);
  const answer = useQuery({
    ...trpc.projects.check.queryOptions({ path: asked }),
    enabled: lock === null && asked !== '',
    staleTime: 5_000,
  });
  const check = asked === path && path !== '' ? (answer.data ?? null) : null;
  const found = check?.ok === true ? check : null;
  const id = draft.value.id.trim() === '' ? (found?.suggestedId ?? '') : draft.value.id.trim();
  const agent = draft.value.agent === '' ? preferredAgent(agents) : draft.value.agent;
  const add = useMutation(
    trpc.projects.add.mutationOptions({
      onSuccess: (project) => {
        learn.learnProject(project);
        draft.clear();
        onDone?.();
        router.push(`/projects/${project.id}`);
      },
    }),
  );

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setSettledField('left');
    if (found === null || found.existing !== null || id === '' || lock !== null) return;
    const leads = agents.find(({ name }) => name === agent)?.needsCommand !== true;
    add.mutate({ path, id, ...(agent === null ? {} : { agent, ...(leads ? { orchestratorAgent: agent } : {}) }) });
  };

  const failed = placeProblem(add.error === null ? null : toProblem(add.error), ['path', 'id', 'agent'], BLAMED);
  const refusal = check?.ok === false ? check.error : null;
  const shown = settledField === 'left' ? refusal : null;
  return (
    <form onSubmit={submit} noValidate>
      <div className={`flex flex-col gap-4 ${fieldsClass}`}>
        <Field
          label="Path of the repository"
          error={shown === null ? failed.fields.path : <CodeText>{toAdvice(shown)}</CodeText>}
          hint={
            shown === null ? (
              <PathHint path={path} check={check} problem={answer.error === null ? null : toProblem(answer.error).message} />
            ) : null
          }
        >
          <Input
            mono="mono"
            name="path"
            placeholder="~/code/my-app"
            value={draft.value.path}
            onValueChange={(value) => {
              setSettledField('typing');
              draft.change({ path: value });
            }}
            onBlur={() => setSettledField('left')}
            autoFocus
          />
        </Field>
        {found === null || found.existing !== null ? null : (
          <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
            <Field label="Short name" hint="Names its sessions; it stays." error={failed.fields.id}>
              <Input
                mono="mono"
                name="id"
                value={draft.value.id === '' ? (found.suggestedId ?? '') : draft.value.id}
                onValueChange={(value) => {
                  add.reset();
                  draft.change({ id: value });
                }}
              />
            </Field>
            <Field label="Agent" hint="Each session can choose another." error={failed.fields.agent}>
              <Select
                value={agent}
                onChange={(value) => draft.change({ agent: value })}
                options={toAgentOptions(agents)}
                placeholder="The usual one"
              />
            </Field>
          </div>
        )}
        {failed.rest === null ? null : <InlineError problem={failed.rest} />}
      </div>
      {renderActions(
        <Button
          type="submit"
          variant="primary"
          pending={add.isPending ? 'Adding…' : null}
          disabledReason={lock}
          disabled={found === null || found.existing !== null || id === ''}
        >
          Add the project
        </Button>,
      )}
    </form>
  );
}

/** What to do about it, unless that is to type a command that this form stands for. */
function toAdvice({ code, message, hint }: Extract<ProjectCheck, { ok: false }>['error']): string {
  return code === 'PATH_NOT_FOUND' ? message : `${message} ${hint}`;
}

function PathHint({
  path,
  check,
  problem,
}: {
  readonly path: string;
  readonly check: ProjectCheck | null;
  readonly problem: string | null;
}) {
  if (problem !== null) return problem;
  if (path === '') return 'A git repository on the machine where Agent Orchestrator runs: its whole path, or one that begins with ~/.';
  if (check === null) return 'Looking…';
  if (!check.ok) return <CodeText>{check.error.message}</CodeText>;
  if (check.existing !== null) {
    return (
      <>
        This repository is already the project{' '}
        <Link href={`/projects/${check.existing}`} className="text-link underline underline-offset-2">
          {check.existing}
        </Link>
        .
      </>
    );
  }
  return (
    <span className="flex items-center gap-1.5 text-status-done">
      <CircleCheck size={14} aria-hidden className="shrink-0" />
      <span className="wrap-anywhere">
        Git repository, on <span className="font-mono">{check.headBranch}</span>
        {check.root === path ? '' : `, at ${check.root}`}
      </span>
    </span>
  );
}
