/** A recording on the page: its screen, and below it where it stands and how fast it goes. */
'use client';

import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import '@xterm/xterm/css/xterm.css';
import '../_terminal/terminal.css';
import { useCommands } from '../_data/commands.tsx';
import { formatFull } from '../_data/time.ts';
import { TerminalQuestionDialog } from '../_terminal/questions.tsx';
import { terminalReady } from '../_terminal/terminals.ts';
import { IconButton } from '../_ui/button.tsx';
import { Select } from '../_ui/select.tsx';
import { Switch } from '../_ui/switch.tsx';
import { createPlayer, type Player, type PlayerView } from './player.ts';
import { formatPosition, type Timeline } from './timeline.ts';

const SPEEDS = ['1', '2', '4', '8'] as const;
const SPEED_OPTIONS = SPEEDS.map((value) => ({ value, label: `${value}×` }));
/** An arrow key moves by it. */
const KEY_STEP_MS = 1_000;

export type PlayerPanelProps = {
  readonly timeline: Timeline;
  /** When it began, by the clock. */
  readonly startedAtMs: number;
  readonly positionMs: number;
};

const never = (): (() => void) => () => undefined;

export function PlayerPanel({ timeline, startedAtMs, positionMs }: PlayerPanelProps) {
  const place = useRef<HTMLDivElement>(null);
  const [player, setPlayer] = useState<Player | null>(null);
  // A jump to another moment of the same recording moves the player there, it does not make another.
  const start = useRef(positionMs);
  useEffect(() => {
    start.current = positionMs;
    player?.seek(positionMs);
  }, [player, positionMs]);
  useEffect(() => {
    let made: Player | null = null;
    let left = false;
    void terminalReady().then(() => {
      if (left || place.current === null) return;
      made = createPlayer(place.current, timeline, start.current);
      setPlayer(made);
    });
    return () => {
      left = true;
      setPlayer(null);
      made?.dispose();
    };
  }, [timeline]);
  const view = useSyncExternalStore<PlayerView | null>(player?.view.subscribe ?? never, player?.view.get ?? (() => null), () => null);
  const isPlaying = view?.state === 'playing';
  const toggle = (): void => player?.toggle();
  useCommands([
    {
      id: 'recording:play',
      title: isPlaying ? 'Pause the recording' : 'Play the recording',
      group: 'Here',
      shortcut: 'k',
      keywords: 'replay start stop',
      run: toggle,
    },
  ]);
  const position = view?.positionMs ?? positionMs;
  return (
    <>
      <section aria-label="Screen of the recording" className="relative min-h-0 flex-1 bg-(--term-background)">
        <div ref={place} data-recording={player === null ? 'waiting' : 'drawn'} className="absolute inset-0" />
      </section>
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-3 py-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <IconButton label={isPlaying ? 'Pause' : 'Play'} onClick={toggle}>
          {isPlaying ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
        </IconButton>
        <input
          type="range"
          aria-label="Position"
          aria-valuetext={`${formatPosition(position)} of ${formatPosition(timeline.durationMs)}`}
          min={0}
          max={timeline.durationMs}
          step="any"
          value={Math.min(position, timeline.durationMs)}
          onChange={(event) => player?.seek(event.currentTarget.valueAsNumber)}
          onKeyDown={(event) => {
            const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            player?.seek(position + by * KEY_STEP_MS);
          }}
          className="h-8 min-w-32 flex-1 accent-primary"
        />
        <span className="text-ink-muted text-xs tabular-nums" title={formatFull(new Date(startedAtMs + position).toISOString())}>
          {formatPosition(position)} / {formatPosition(timeline.durationMs)}
        </span>
        <Select
          label="Speed"
          className="w-18!"
          value={SPEEDS.find((speed) => Number(speed) === view?.speed) ?? '1'}
          onChange={(speed) => player?.setPace({ speed: Number(speed) })}
          options={SPEED_OPTIONS}
        />
        <span className="flex items-center gap-2 text-ink-muted text-xs">
          <Switch
            label="Skip silence"
            checked={view?.idle !== 'keep'}
            onChange={(skip) => player?.setPace({ idle: skip ? 'skip' : 'keep' })}
          />
          <span aria-hidden>Skip silence</span>
        </span>
      </div>
      <TerminalQuestionDialog question={view?.question ?? null} onAnswer={(word) => player?.answer(word)} />
    </>
  );
}
