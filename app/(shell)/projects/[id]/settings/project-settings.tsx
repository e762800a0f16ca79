/** `/projects/<id>/settings`: how the project's sessions are started, and the end of the project. */
'use client';

import { useParams } from 'next/navigation';
import type { ProjectView } from '../../../../../server/contract/project.ts';
import { TopBar } from '../../../../_components/top-bar.tsx';
import { toAgentOptions, useAgents } from '../../../../_data/agents.ts';
import { useFeed, useProject } from '../../../../_data/live.tsx';
import { Button } from '../../../../_ui/button.tsx';
import { Input, TextArea } from '../../../../_ui/field.tsx';
import { Select } from '../../../../_ui/select.tsx';
import { Fact, Section } from '../../../settings/section.tsx';
import { MissingProject } from '../missing-project.tsx';
import { RemoveProjectDialog, useRemoveProject } from '../remove-project.tsx';
import { CommandRows } from './command-rows.tsx';
import { SettingForm } from './setting-form.tsx';
import { fromEnvText, fromLines, toEnvText, toLines } from './setting-text.ts';

const mono = 'min-h-16! font-mono text-xs';

export function ProjectSettings() {
  const { id } = useParams<{ id: string }>();
  const project = useProject(id);
  const { epoch } = useFeed();
  if (project === undefined) return <MissingProject id={id} />;
  const bar = <TopBar title="Settings" crumbs={[{ label: project.name, href: `/projects/${project.id}` }]} />;
  // What this browser kept of an earlier visit has no environment and no commands: an empty field would be a lie.
  if (epoch === null) {
    return (
      <>
        {bar}
        <p className="appear-late px-4 py-6 text-ink-muted">The settings appear as soon as the daemon answers.</p>
      </>
    );
  }
  return (
    <>
      {bar}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex max-w-2xl flex-col gap-9 px-4 py-6">
          <ProjectSection project={project} />
          <AgentsSection project={project} />
          <WorktreeSection project={project} />
          <RecordingSection project={project} />
          <RemoveSection project={project} />
        </div>
      </div>
    </>
  );
}

type SectionOf = { readonly project: ProjectView };

function ProjectSection({ project }: SectionOf) {
  return (
    <Section title="Project">
      <div className="flex flex-col gap-5">
        <dl>
          <Fact name="Short name">
            <code className="font-mono text-xs">{project.id}</code>
          </Fact>
          <Fact name="Repository">
            <code className="font-mono text-xs">{project.path}</code>
          </Fact>
        </dl>
        <SettingForm
          project={project}
          setting="name"
          label="Name"
          hint="What it is called here. Its short name stays, since it names its sessions."
          saved={project.name}
          parse={(text) =>
            text.trim() === '' ? { ok: false, why: 'A project needs a name.' } : { ok: true, value: { name: text.trim() } }
          }
        >
          {(text, change) => <Input name="name" value={text} onValueChange={change} />}
        </SettingForm>
        <SettingForm
          project={project}
          setting="base"
          label="Base"
          hint="New sessions start from this branch or commit, as the remote has it where one answers."
          saved={project.base}
          parse={(text) =>
            text.trim() === '' ? { ok: false, why: 'A session has to start from something.' } : { ok: true, value: { base: text.trim() } }
          }
        >
          {(text, change) => <Input mono="mono" name="base" value={text} onValueChange={change} />}
        </SettingForm>
      </div>
    </Section>
  );
}

function AgentsSection({ project }: SectionOf) {
  const agents = useAgents(project.id);
  const options = toAgentOptions(agents);
  const orchestratorNeedsCommand = agents.find(({ name }) => name === project.orchestratorAgent)?.needsCommand === true;
  return (
    <Section title="Agents" lead="What a session runs when nobody says otherwise.">
      <div className="flex flex-col gap-5">
        <SettingForm
          project={project}
          setting="agent"
          label="Agent of workers"
          saved={project.agent}
          parse={(text) => ({ ok: true, value: { agent: text } })}
        >
          {(text, change) => <Select value={text} onChange={change} options={options} />}
        </SettingForm>
        <SettingForm
          project={project}
          setting="orchestratorAgent"
          label="Agent of the orchestrator"
          saved={project.orchestratorAgent}
          parse={(text) => ({ ok: true, value: { orchestratorAgent: text } })}
        >
          {(text, change) => <Select value={text} onChange={change} options={options} />}
        </SettingForm>
        {orchestratorNeedsCommand || project.orchestratorCommand !== null ? (
          <SettingForm
            project={project}
            setting="orchestratorCommand"
            label="Command of the orchestrator"
            hint="Run by /bin/sh in its worktree, with its role in $AO_PROMPT."
            saved={project.orchestratorCommand ?? ''}
            parse={(text) => ({ ok: true, value: { orchestratorCommand: text.trim() === '' ? null : text } })}
          >
            {(text, change) => <Input mono="mono" name="orchestratorCommand" value={text} onValueChange={change} />}
          </SettingForm>
        ) : null}
      </div>
    </Section>
  );
}

function WorktreeSection({ project }: SectionOf) {
  return (
    <Section title="Worktrees and environment" lead="Counts for sessions that start, and for those that come back, from now on.">
      <div className="flex flex-col gap-5">
        <SettingForm
          project={project}
          setting="env"
          label="Environment"
          note="NAME=value, one a line"
          hint="Added to what the daemon has itself. Names that begin with AO_ or TMUX are ours."
          saved={toEnvText(project.env)}
          parse={(text) => {
            const parsed = fromEnvText(text);
            return parsed.ok ? { ok: true, value: { env: parsed.value } } : parsed;
          }}
        >
          {(text, change) => (
            <TextArea name="env" spellCheck={false} className={mono} value={text} onChange={(event) => change(event.currentTarget.value)} />
          )}
        </SettingForm>
        <SettingForm
          project={project}
          setting="symlinks"
          label="Linked from your checkout"
          note="One path a line"
          hint="Not under version control, but needed in each worktree: .env, node_modules."
          saved={toLines(project.symlinks)}
          parse={(text) => ({ ok: true, value: { symlinks: fromLines(text) } })}
        >
          {(text, change) => (
            <TextArea
              name="symlinks"
              spellCheck={false}
              className={mono}
              value={text}
              onChange={(event) => change(event.currentTarget.value)}
            />
          )}
        </SettingForm>
        <SettingForm
          project={project}
          setting="postCreate"
          label="Commands in a new worktree"
          hint="Run by /bin/sh, one after the other, before the agent starts. One that fails undoes the start."
          saved={JSON.stringify(project.postCreate)}
          parse={(text) => ({ ok: true, value: { postCreate: toCommands(text).filter((command) => command.trim() !== '') } })}
        >
          {(text, change) => (
            <CommandRows
              label="Commands in a new worktree"
              commands={toCommands(text)}
              onChange={(commands) => change(JSON.stringify(commands))}
            />
          )}
        </SettingForm>
        <SettingForm
          project={project}
          setting="disposable"
          label="Disposable files"
          note="One path a line"
          hint="Ignored files that can be made again, like dist: they do not keep the worktree of a session that is killed."
          saved={toLines(project.disposable)}
          parse={(text) => ({ ok: true, value: { disposable: fromLines(text) } })}
        >
          {(text, change) => (
            <TextArea
              name="disposable"
              spellCheck={false}
              className={mono}
              value={text}
              onChange={(event) => change(event.currentTarget.value)}
            />
          )}
        </SettingForm>
      </div>
    </Section>
  );
}

const RECORD_OPTIONS = [
  { value: 'off', label: 'Not recorded' },
  { value: 'on', label: 'Recorded' },
] as const;

function RecordingSection({ project }: SectionOf) {
  return (
    <Section title="Recording" lead="What its sessions print, to be played back and searched later, after they have ended too.">
      <SettingForm
        project={project}
        setting="record"
        label="Sessions of this project"
        hint={
          <>
            Kept in the data directory, for you alone, and for a limited time: 64 MB a session and 14 days, unless AO_RECORD_MAX_MB and
            AO_RECORD_MAX_DAYS say otherwise. Whatever is printed is in it, secrets too. While it is on, each running session is watched as
            if a page showed it. Switched off, what there is stays until it is too old.
          </>
        }
        saved={project.record}
        parse={(text) => ({ ok: true, value: { record: text === 'on' ? 'on' : 'off' } })}
      >
        {(text, change) => <Select value={text === 'on' ? 'on' : 'off'} onChange={change} options={RECORD_OPTIONS} />}
      </SettingForm>
    </Section>
  );
}

function toCommands(text: string): readonly string[] {
  return JSON.parse(text) as readonly string[];
}

function RemoveSection({ project }: SectionOf) {
  const removal = useRemoveProject(project);
  return (
    <Section title="Remove" lead="The dashboard forgets it. The repository, its branches and its worktrees stay as they are.">
      <Button disabledReason={removal.disabledReason} onClick={removal.ask}>
        Remove the project…
      </Button>
      {removal.inUse === null ? null : <p className="mt-2 text-ink-muted text-xs">{removal.inUse}.</p>}
      <RemoveProjectDialog project={project} removal={removal} />
    </Section>
  );
}
