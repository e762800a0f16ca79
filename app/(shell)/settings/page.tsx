import { AppearanceSection } from './appearance-section.tsx';
import { DaemonSection } from './daemon-section.tsx';

export default function SettingsPage() {
  return (
    <>
      <AppearanceSection />
      <DaemonSection />
    </>
  );
}
