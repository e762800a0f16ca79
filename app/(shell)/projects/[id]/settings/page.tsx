import { ProjectSettings } from './project-settings.tsx';

export default function ProjectSettingsPage() {
  return <ProjectSettings />;
}
