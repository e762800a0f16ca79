/** `/sessions/<id>/recording?at=<ms>`: what a session has printed, from a moment on. */
'use client';

import { Download, Film, RefreshCw, Search } from 'lucide-react';
import nextDynamic from 'next/dynamic';
import Link from 'next/link';
import { useParams, useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { readCast } from '../../../../../server/contract/cast.ts';
import type { RecordingList, SegmentView } from '../../../../../server/contract/recording.ts';
import { TopBar } from '../../../../_components/top-bar.tsx';
import { useCommands } from '../../../../_data/commands.tsx';
import { useFeed } from '../../../../_data/live.tsx';
import { toProblem } from '../../../../_data/rpc.ts';
import { useSearchParam } from '../../../../_data/search-param.ts';
import { nameOf } from '../../../../_data/status.ts';
import { formatDuration, formatMoment, useNow } from '../../../../_data/time.ts';
import { parseMoment, pickSegment } from '../../../../_recording/pick-segment.ts';
import { toTimeline } from '../../../../_recording/timeline.ts';
import { useCastText, useRecordings } from '../../../../_recording/use-recording.ts';
import { Button, IconButton } from '../../../../_ui/button.tsx';
import { CommandLine } from '../../../../_ui/command-line.tsx';
import { EmptyState } from '../../../../_ui/empty-state.tsx';
import { InlineError } from '../../../../_ui/inline-error.tsx';
import { Select } from '../../../../_ui/select.tsx';
import { Skeleton } from '../../../../_ui/skeleton.tsx';

/** xterm comes with the first recording that is played. */
const PlayerPanel = nextDynamic(() => import('../../../../_recording/player-panel.tsx').then((file) => file.PlayerPanel), { ssr: false });

export function RecordingScreen() {
  const { id } = useParams<{ id: string }>();
  const router = useRouter();
  const session = useFeed().sessions.get(id);
  const [at, setAt] = useSearchParam('at');
  const recordings = useRecordings(id);
  const list = recordings.data ?? null;
  const atMs = parseMoment(at);
  const segment = pickSegment(list?.segments ?? [], atMs);
  const text = useCastText(id, segment);
  const refresh = (): void => void recordings.refetch();
  const find = (): void => router.push(`/find?in=${id}`);
  const exportIt = (): void => {
    if (segment !== null && text.data !== undefined) download(`${id}-${segment.startedAtMs}.cast`, text.data);
  };
  const isThere = text.data !== undefined;
  useCommands([
    {
      id: 'recording:export',
      title: 'Export the recording',
      group: 'Here',
      keywords: 'download asciicast asciinema save',
      icon: <Download size={16} aria-hidden />,
      disabledReason: isThere ? null : 'There is no recording here',
      run: exportIt,
    },
  ]);
  const problem = recordings.error ?? text.error;
  return (
    <>
      <TopBar
        title="Recording"
        crumbs={[{ label: session === undefined ? id : nameOf(session), href: `/sessions/${id}` }]}
        aside={list?.state === 'recording' ? <span className="ml-1.5 text-status-working text-xs">being recorded</span> : null}
        actions={
          <>
            <IconButton label="Find in this session’s recordings" onClick={find}>
              <Search size={16} aria-hidden />
            </IconButton>
            {list?.state === 'recording' ? (
              <IconButton label="Load what came since" onClick={refresh}>
                <RefreshCw size={16} aria-hidden />
              </IconButton>
            ) : null}
            <IconButton label="Export as asciicast" disabledReason={isThere ? null : 'There is no recording here'} onClick={exportIt}>
              <Download size={16} aria-hidden />
            </IconButton>
          </>
        }
      />
      {list?.state === 'failing' ? (
        <InlineError className="mx-4 my-2 shrink-0" problem={{ message: `It is not recorded now: ${list.why ?? ''}` }} />
      ) : null}
      {problem === null ? null : (
        <InlineError className="m-4 shrink-0" problem={toProblem(problem)}>
          <Button size="sm" onClick={refresh}>
            Try again
          </Button>
        </InlineError>
      )}
      {list !== null && segment === null ? <Nothing list={list} projectId={session?.projectId} /> : null}
      {list === null || segment === null ? null : (
        <SegmentBar segments={list.segments} chosen={segment} onChoose={(startedAtMs) => setAt(String(startedAtMs))} />
      )}
      {segment !== null && problem === null ? <Playback text={text.data} segment={segment} atMs={atMs} /> : null}
      {list === null && problem === null ? <Skeleton className="m-4 flex-1" /> : null}
    </>
  );
}

type PlaybackProps = { readonly text: string | undefined; readonly segment: SegmentView; readonly atMs: number | null };

function Playback({ text, segment, atMs }: PlaybackProps) {
  const timeline = useMemo(() => {
    const cast = text === undefined ? null : readCast(text);
    return cast === null ? null : toTimeline(cast);
  }, [text]);
  if (text === undefined) return <Skeleton className="m-4 flex-1" />;
  if (timeline === null) {
    return (
      <EmptyState className="my-auto" icon={<Film size={20} />} title="This recording cannot be read">
        Its beginning is damaged. The others are not touched by that.
      </EmptyState>
    );
  }
  // Without a moment the last picture is what one wants to see, and from there it can be wound back.
  const positionMs = atMs === null ? timeline.durationMs : Math.max(0, atMs - segment.startedAtMs);
  return <PlayerPanel timeline={timeline} startedAtMs={segment.startedAtMs} positionMs={positionMs} />;
}

type SegmentBarProps = {
  readonly segments: readonly SegmentView[];
  readonly chosen: SegmentView;
  readonly onChoose: (startedAtMs: number) => void;
};

function SegmentBar({ segments, chosen, onChoose }: SegmentBarProps) {
  const nowMs = useNow();
  const options = segments.toReversed().map(({ startedAtMs, endedAtMs, bytes }) => ({
    value: String(startedAtMs),
    label: formatMoment(startedAtMs, nowMs),
    note: `${formatDuration(endedAtMs - startedAtMs)}, ${Math.ceil(bytes / 1_024)} KB`,
  }));
  return (
    <div className="flex shrink-0 items-center gap-3 border-line border-b px-4 py-2 text-ink-muted text-xs">
      <span className="shrink-0">
        {segments.length === 1 ? 'One recording' : `${segments.length} recordings`}
        <span className="max-md:hidden">; old ones are removed by size and age</span>
      </span>
      <Select
        label="Recording"
        className="ml-auto max-w-72"
        value={String(chosen.startedAtMs)}
        onChange={(value) => onChoose(Number(value))}
        options={options}
      />
    </div>
  );
}

function Nothing({ list, projectId }: { readonly list: RecordingList; readonly projectId: string | undefined }) {
  const project = projectId ?? list.sessionId.replace(/-[0-9]+$/, '');
  return (
    <EmptyState
      className="my-auto"
      icon={<Film size={20} />}
      title="Nothing is recorded"
      actions={
        <Link href={`/projects/${project}/settings`} className="rounded-sm text-link hover:underline">
          To the settings of the project
        </Link>
      }
    >
      <p className="mb-4">A project’s sessions are recorded from the moment its switch is on.</p>
      <CommandLine>{`ao project set ${project} --record on`}</CommandLine>
    </EmptyState>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-asciicast' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has it by then; what it needs of it, it keeps.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
