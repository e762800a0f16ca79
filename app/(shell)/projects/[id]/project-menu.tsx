/** What can be done with a project itself. Apart from its board, because menus and dialogs are not needed to see one. */
'use client';

import { Ellipsis, Settings2, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ProjectView } from '../../../../server/contract/project.ts';
import { IconButton } from '../../../_ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../../_ui/menu.tsx';
import { RemoveProjectDialog, useRemoveProject } from './remove-project.tsx';

export function ProjectMenu({ project }: { readonly project: ProjectView }) {
  const router = useRouter();
  const removal = useRemoveProject(project);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More for ${project.name}`}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem icon={<Settings2 size={15} aria-hidden />} onSelect={() => router.push(`/projects/${project.id}/settings`)}>
          Settings of the project
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 size={15} aria-hidden />} tone="danger" disabledReason={removal.disabledReason} onSelect={removal.ask}>
          Remove the project…
        </MenuItem>
      </Menu>
      <RemoveProjectDialog project={project} removal={removal} />
    </>
  );
}
