/** How a session's page is laid out: terminal and side panel where there is room, one part at a time where there is not. */
'use client';

import type { ReactNode } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { Tabs } from '../../_ui/tabs.tsx';

export const PANELS = ['terminal', 'details', 'timeline', 'messages'] as const;
export type PanelName = (typeof PANELS)[number];

export function WideLayout({ main, side }: { readonly main: ReactNode; readonly side: ReactNode }) {
  return (
    <Group orientation="horizontal" className="min-h-0 flex-1">
      <Panel id="main" minSize={360} className="flex min-h-0 flex-col">
        {main}
      </Panel>
      {side === null ? null : (
        <>
          <Separator
            aria-label="Width of the side panel"
            className="w-px bg-line outline-offset-0 transition-colors data-[separator=active]:bg-focus data-[separator=hover]:bg-line-control"
          />
          <Panel
            id="side"
            defaultSize={340}
            minSize={260}
            maxSize={640}
            groupResizeBehavior="preserve-pixel-size"
            className="flex min-h-0 flex-col"
          >
            {side}
          </Panel>
        </>
      )}
    </Group>
  );
}

export type SidePanelProps = {
  readonly panel: PanelName | null;
  readonly panels: Readonly<Record<Exclude<PanelName, 'terminal'>, ReactNode>>;
  readonly onPanel: (panel: PanelName) => void;
};

export function SidePanel({ panel, panels, onPanel }: SidePanelProps) {
  const scroll = (child: ReactNode): ReactNode => <div className="h-full overflow-y-auto">{child}</div>;
  return (
    <Tabs
      label="About the session"
      value={panel === null || panel === 'terminal' ? 'details' : panel}
      onChange={onPanel}
      className="h-full"
      tabs={[
        { value: 'details', label: 'Details', panel: scroll(panels.details) },
        { value: 'timeline', label: 'Timeline', panel: scroll(panels.timeline) },
        { value: 'messages', label: 'Messages', panel: panels.messages },
      ]}
    />
  );
}

export function NarrowLayout({ panel, main, panels, onPanel }: SidePanelProps & { readonly panel: PanelName; readonly main: ReactNode }) {
  return (
    <Tabs
      label="Parts of the session"
      value={panel}
      onChange={onPanel}
      className="min-h-0 flex-1 [&>[role=tablist]]:px-3"
      tabs={[
        { value: 'terminal', label: 'Terminal', panel: <div className="flex h-full min-h-0 flex-col">{main}</div> },
        { value: 'details', label: 'Details', panel: <div className="h-full overflow-y-auto">{panels.details}</div> },
        { value: 'timeline', label: 'Timeline', panel: <div className="h-full overflow-y-auto">{panels.timeline}</div> },
        { value: 'messages', label: 'Messages', panel: panels.messages },
      ]}
    />
  );
}
