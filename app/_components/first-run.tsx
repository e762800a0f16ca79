/** The first minute: nothing is here, and the one thing to do stands ready to be typed. */
'use client';

import { RpcProvider } from '../_data/rpc-provider.tsx';
import { CommandLine } from '../_ui/command-line.tsx';
import { Mark } from './mark.tsx';
import { NewProjectForm } from './new-project-form.tsx';

export function FirstRun() {
  return (
    <div className="flex min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-lg px-6 pt-[14dvh] pb-12">
        <Mark size={32} className="text-ink" />
        <h2 className="mt-5 font-semibold text-2xl tracking-tight">Add your repository</h2>
        <p className="mt-2 text-pretty text-ink-muted">
          Agents work in terminals of their own, each on a branch and in a worktree beside your checkout. Close this page, stop the daemon,
          restart the machine: they come back where they were.
        </p>
        <div className="mt-6">
          <RpcProvider>
            <NewProjectForm renderActions={(buttons) => <div className="mt-5">{buttons}</div>} />
          </RpcProvider>
        </div>
        <div className="mt-10 border-line border-t pt-5">
          <p className="mb-2 text-ink-muted text-xs">Or from a terminal:</p>
          <CommandLine>ao project add --path .</CommandLine>
        </div>
      </div>
    </div>
  );
}
