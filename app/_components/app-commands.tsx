/** What can be done from anywhere. A page adds its own with `useCommands`. */
'use client';

import {
  Bot,
  FolderPlus,
  Grid2x2,
  HeartPulse,
  History,
  Keyboard,
  LayoutGrid,
  MonitorSmartphone,
  MoonStar,
  Plus,
  Search,
  Settings,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useCommands } from '../_data/commands.tsx';
import { useLock, useProjects, useSessions } from '../_data/live.tsx';
import { chooseTheme, useTheme } from '../_data/preferences.ts';
import { nameOf, STATUS_LOOKS } from '../_data/status.ts';
import { useDialogs } from './dialogs.tsx';
import { StatusIcon } from './status-badge.tsx';

const SETTINGS_PAGES = [
  { path: 'agents', title: 'Agents on this machine', keywords: 'installed missing claude codex', icon: Bot },
  { path: 'devices', title: 'Paired devices', keywords: 'browser phone revoke link', icon: MonitorSmartphone },
  { path: 'health', title: 'Health', keywords: 'doctor orphan left over unsettled database', icon: HeartPulse },
] as const;

const THEMES = ['system', 'dark', 'light'] as const;

export function AppCommands() {
  const router = useRouter();
  const dialogs = useDialogs();
  const lock = useLock();
  const theme = useTheme();
  const projects = useProjects();
  const sessions = useSessions();
  useCommands([
    {
      id: 'palette',
      title: 'Search or jump to…',
      group: 'Go to',
      shortcut: 'mod+k',
      otherShortcut: 'mod+shift+k',
      run: dialogs.palette,
    },
    {
      id: 'new-session',
      title: 'New session',
      group: 'Create',
      shortcut: 'c',
      keywords: 'worker agent spawn start prompt',
      icon: <Plus size={16} aria-hidden />,
      disabledReason: lock ?? (projects.length === 0 ? 'Add a project first' : null),
      run: () => dialogs.newSession(),
    },
    {
      id: 'new-project',
      title: 'Add a project',
      group: 'Create',
      shortcut: 'p',
      keywords: 'repository folder git new',
      icon: <FolderPlus size={16} aria-hidden />,
      disabledReason: lock,
      run: dialogs.newProject,
    },
    { id: 'board', title: 'Board', group: 'Go to', shortcut: 'b', icon: <LayoutGrid size={16} aria-hidden />, run: () => router.push('/') },
    {
      id: 'grid',
      title: 'Grid',
      group: 'Go to',
      shortcut: 'g',
      keywords: 'terminals tiles side by side several live',
      icon: <Grid2x2 size={16} aria-hidden />,
      run: () => router.push('/grid'),
    },
    {
      id: 'settings',
      title: 'Settings',
      group: 'Go to',
      shortcut: 's',
      keywords: 'devices agents daemon owner grace',
      icon: <Settings size={16} aria-hidden />,
      run: () => router.push('/settings'),
    },
    {
      id: 'briefing',
      title: 'Briefing',
      group: 'Go to',
      keywords: 'reboot outage recovered came back',
      icon: <History size={16} aria-hidden />,
      run: () => router.push('/briefing'),
    },
    {
      id: 'find',
      title: 'Find in recordings',
      group: 'Go to',
      keywords: 'search text output replay past sessions',
      icon: <Search size={16} aria-hidden />,
      run: () => router.push('/find'),
    },
    ...SETTINGS_PAGES.map(({ path, title, keywords, icon: Icon }) => ({
      id: `settings:${path}`,
      title,
      group: 'Settings' as const,
      keywords,
      icon: <Icon size={16} aria-hidden />,
      run: () => router.push(`/settings/${path}`),
    })),
    ...THEMES.filter((choice) => choice !== theme).map((choice) => ({
      id: `theme:${choice}`,
      title: `Theme: ${choice === 'system' ? 'as the system' : choice}`,
      group: 'Settings' as const,
      keywords: 'dark light colour color appearance',
      icon: <MoonStar size={16} aria-hidden />,
      run: () => chooseTheme(choice),
    })),
    {
      id: 'shortcuts',
      title: 'Keyboard shortcuts',
      group: 'Settings',
      shortcut: '?',
      icon: <Keyboard size={16} aria-hidden />,
      run: dialogs.shortcuts,
    },
    ...projects.map((project) => ({
      id: `project:${project.id}`,
      title: project.name,
      group: 'Projects' as const,
      keywords: `${project.id} ${project.path}`,
      run: () => router.push(`/projects/${project.id}`),
    })),
    ...sessions
      .filter(({ phase }) => phase !== 'terminated')
      .map((session) => ({
        id: `session:${session.id}`,
        title: nameOf(session),
        detail: session.id,
        group: 'Sessions' as const,
        keywords: `${session.id} ${session.branch} ${session.agent} ${STATUS_LOOKS[session.status].label}`,
        icon: <StatusIcon status={session.status} />,
        run: () => router.push(`/sessions/${session.id}`),
      })),
  ]);
  return null;
}
