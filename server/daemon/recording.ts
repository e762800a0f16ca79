/** Makes what records sessions and finds what was recorded. Wires; decides nothing. */
import { join } from 'node:path';
import { createRecordingFiles } from '../adapters/recordings/segment-files.ts';
import { createTextIndex } from '../adapters/recordings/text-index.ts';
import type { RetentionLimits } from '../core/recording/retention.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { OpenScreenText, RecordingService } from '../ports/recording.ts';
import type { Store } from '../ports/store.ts';
import type { TerminalService } from '../ports/terminal.ts';
import { createIndexer, type Indexer } from '../services/recording/indexer.ts';
import { createRecorder, type Recorder } from '../services/recording/recorder.ts';
import { createRecordings } from '../services/recording/recordings.ts';

export type RecordingDeps = {
  readonly dataDir: string;
  readonly store: Store;
  readonly terminals: TerminalService;
  readonly limits: RetentionLimits;
  readonly clock: Clock;
  readonly log: Log;
};

export type Recording = {
  readonly service: RecordingService;
  readonly recorder: Recorder;
  start(): void;
  /** What waits is written. */
  stop(): Promise<void>;
};

export function openRecording({ dataDir, store, terminals, limits, clock, log }: RecordingDeps): Recording {
  const directory = join(dataDir, 'recordings');
  const files = createRecordingFiles({ directory });
  const index = createTextIndex({ path: join(directory, 'index.db'), log });
  /** A terminal emulator, loaded with the first recording that is read. */
  const openScreenText: OpenScreenText = async (size) => (await import('../adapters/screen/screen-text.ts')).openScreenText(size);
  const recorder = createRecorder({
    store,
    terminals,
    files,
    clock,
    log,
    limits,
    events: { onWritten: (id) => indexer.grown(id), onEnded: (id) => indexer.grown(id), onRemoved: (id) => indexer.removed(id) },
  });
  const indexer: Indexer = createIndexer({ files, index, openScreenText, clock, log, isOpen: recorder.isOpen });
  return {
    service: createRecordings({ store, files, index, recorder }),
    recorder,
    start() {
      recorder.start();
      indexer.start();
    },
    async stop() {
      await recorder.stop();
      await indexer.stop();
    },
  };
}
