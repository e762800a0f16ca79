/** Starting a worker: what to do, in which project, by which agent. A failure says which step failed, here, and the text stays. */
'use client';

import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, type KeyboardEvent, type ReactNode, useRef } from 'react';
import { agentName } from '../_data/agent-names.ts';
import { preferredAgent, toAgentOptions, useAgents } from '../_data/agents.ts';
import { useDraft } from '../_data/draft.ts';
import { placeProblem } from '../_data/field-errors.ts';
import { useLearn, useLock, useProjects } from '../_data/live.tsx';
import { toProblem, useTRPC } from '../_data/rpc.ts';
import { RpcProvider } from '../_data/rpc-provider.tsx';
import { Button } from '../_ui/button.tsx';
import { CodeText } from '../_ui/code-text.tsx';
import { Dialog, DialogActions } from '../_ui/dialog.tsx';
import { Field, Input, TextArea } from '../_ui/field.tsx';
import { InlineError } from '../_ui/inline-error.tsx';
import { Kbd } from '../_ui/kbd.tsx';
import { Select } from '../_ui/select.tsx';

export type NewSessionDialogProps = {
  readonly open: boolean;
  /** `null`: the user chooses. */
  readonly projectId: string | null;
  readonly onOpenChange: (open: boolean) => void;
};

const EMPTY = { projectId: '', agent: '', prompt: '', title: '', branch: '', command: '' };

const FIELDS = ['prompt', 'agent', 'command', 'title', 'branch'] as const;
const BLAMED = {
  AGENT_NOT_FOUND: 'agent',
  AGENT_UNKNOWN: 'agent',
  COMMAND_REQUIRED: 'command',
  BRANCH_INVALID: 'branch',
  BRANCH_CHECKED_OUT: 'branch',
  PROMPT_TOO_LONG: 'prompt',
} as const;

/** In words that may hold code; `undefined` where nothing is wrong. */
const told = (text: string | undefined): ReactNode => (text === undefined ? undefined : <CodeText>{text}</CodeText>);

export function NewSessionDialog(props: NewSessionDialogProps) {
  return (
    <RpcProvider>
      <SessionForm {...props} />
    </RpcProvider>
  );
}

function SessionForm({ open, projectId, onOpenChange }: NewSessionDialogProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const learn = useLearn();
  const lock = useLock();
  const projects = useProjects();
  const draft = useDraft('session', EMPTY);
  const { prompt, title, branch, command } = draft.value;
  const promptField = useRef<HTMLTextAreaElement | null>(null);

  const project =
    projects.find(({ id }) => id === (projectId ?? draft.value.projectId)) ?? (projects.length === 1 ? projects[0] : undefined);
  const agents = useAgents(project?.id);
  const chosen = draft.value.agent === '' ? (project?.agent ?? preferredAgent(agents)) : draft.value.agent;
  const agent = agents.find(({ name }) => name === chosen);
  const needsCommand = agent?.needsCommand === true;

  const spawn = useMutation(
    trpc.sessions.spawn.mutationOptions({
      onSuccess: (session) => {
        learn.learnSession(session);
        draft.change({ ...EMPTY, projectId: session.projectId });
        onOpenChange(false);
        router.push(`/sessions/${session.id}`);
      },
    }),
  );

  const failed = placeProblem(spawn.error === null ? null : toProblem(spawn.error), FIELDS, BLAMED);

  const missing =
    project === undefined
      ? 'Choose a project'
      : agent?.available === false
        ? `${agentName(agent.name)} is not installed`
        : needsCommand && command.trim() === ''
          ? 'Say which command to run'
          : null;

  const submit = (): void => {
    if (missing !== null || lock !== null || spawn.isPending || project === undefined) return;
    spawn.mutate({
      projectId: project.id,
      ...(chosen === null ? {} : { agent: chosen }),
      ...(prompt.trim() === '' ? {} : { prompt }),
      ...(title.trim() === '' ? {} : { title: title.trim() }),
      ...(branch.trim() === '' ? {} : { branch: branch.trim() }),
      ...(needsCommand ? { command } : {}),
    });
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    submit();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    submit();
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={project === undefined ? 'New session' : `New session in ${project.name}`}
      description="An agent in a worktree and on a branch of its own."
      width="lg"
      initialFocus={promptField}
    >
      <form onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
        <div className="flex flex-col gap-4 px-5 pb-4">
          <Field
            label="What should it do?"
            note={chosen === 'shell' ? 'A shell takes no prompt' : 'Optional'}
            error={told(failed.fields.prompt)}
          >
            <TextArea
              ref={promptField}
              name="prompt"
              rows={5}
              placeholder="Fix the flaky login test. Find out why it fails on CI, then open a pull request."
              value={prompt}
              disabled={chosen === 'shell'}
              onChange={(event) => draft.change({ prompt: event.currentTarget.value })}
            />
          </Field>
          <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
            {projectId === null ? (
              <Field label="Project">
                <Select
                  value={project?.id ?? null}
                  onChange={(value) => draft.change({ projectId: value, agent: '' })}
                  options={projects.map(({ id, name }) => ({ value: id, label: name }))}
                  placeholder="Choose a project"
                />
              </Field>
            ) : null}
            <Field
              label="Agent"
              error={told(agent?.available === false ? `${agent.why ?? 'It is not installed.'} ${agent.hint ?? ''}` : failed.fields.agent)}
            >
              <Select
                value={chosen}
                onChange={(value) => draft.change({ agent: value })}
                options={toAgentOptions(agents)}
                placeholder="The project’s own"
              />
            </Field>
            {projectId === null ? null : (
              <TitleField value={title} error={told(failed.fields.title)} onChange={(value) => draft.change({ title: value })} />
            )}
          </div>
          {needsCommand ? (
            <Field
              label="Command"
              error={told(failed.fields.command)}
              hint="Run by /bin/sh in the worktree, with the prompt in $AO_PROMPT."
            >
              <Input
                mono="mono"
                name="command"
                placeholder="my-agent --task &quot;$AO_PROMPT&quot;"
                value={command}
                onValueChange={(value) => draft.change({ command: value })}
              />
            </Field>
          ) : null}
          <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
            {projectId === null ? (
              <TitleField value={title} error={told(failed.fields.title)} onChange={(value) => draft.change({ title: value })} />
            ) : null}
            <Field
              label="Branch"
              note="Optional"
              error={told(failed.fields.branch)}
              {...(projectId === null ? {} : { className: 'col-span-full' })}
            >
              <Input
                mono="mono"
                name="branch"
                placeholder="ao/… after the session"
                value={branch}
                onValueChange={(value) => draft.change({ branch: value })}
              />
            </Field>
          </div>
          {failed.rest === null ? null : <InlineError problem={failed.rest} />}
        </div>
        <DialogActions
          note={spawn.isPending ? 'Making the worktree and starting the agent. You can close this; it goes on.' : (missing ?? undefined)}
        >
          <Button
            type="submit"
            variant="primary"
            pending={spawn.isPending ? 'Starting…' : null}
            disabledReason={lock}
            disabled={missing !== null}
          >
            Start the session
            <span className="max-md:hidden">
              <Kbd keys="mod+enter" tone="inherit" />
            </span>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

type TitleFieldProps = { readonly value: string; readonly error: ReactNode; readonly onChange: (value: string) => void };

function TitleField({ value, error, onChange }: TitleFieldProps) {
  return (
    <Field label="Title" note="Optional" error={error}>
      <Input name="title" placeholder="From the prompt" value={value} onValueChange={onChange} maxLength={200} />
    </Field>
  );
}
