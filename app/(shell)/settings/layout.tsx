import type { ReactNode } from 'react';
import { TopBar } from '../../_components/top-bar.tsx';
import { RpcProvider } from '../../_data/rpc-provider.tsx';
import { NavTabs } from '../../_ui/nav-tabs.tsx';

const TABS = [
  { href: '/settings', label: 'General' },
  { href: '/settings/agents', label: 'Agents' },
  { href: '/settings/devices', label: 'Devices' },
  { href: '/settings/health', label: 'Health' },
];

export default function SettingsLayout({ children }: { readonly children: ReactNode }) {
  return (
    <>
      <TopBar title="Settings" />
      <NavTabs tabs={TABS} label="Settings" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex max-w-2xl flex-col gap-9 px-4 py-6">
          <RpcProvider>{children}</RpcProvider>
        </div>
      </div>
    </>
  );
}
