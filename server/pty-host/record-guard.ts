/**
 * A host's own record in the registry, watched. Without it a daemon that starts takes the session for gone, and with one that it
 * cannot read it can tell nothing; so whatever becomes of the file, the host that it stands for makes it anew. Costs nothing
 * until somebody touches it.
 */
import { type FSWatcher, watch } from 'node:fs';

export type RecordGuardOptions = {
  readonly directory: string;
  readonly file: string;
  /** Looks, and makes it anew where that is called for. */
  readonly mend: () => Promise<'sound' | 'mended'>;
};

/** A disk that is full has room again some day. */
const AGAIN_MS = 1_000;

export function guardRecord({ directory, file, mend }: RecordGuardOptions): void {
  let watcher: FSWatcher | null = null;

  function arm(): void {
    watcher?.close();
    try {
      watcher = watch(directory, { persistent: false }, (_event, name) => {
        if (name === null || name === file) look();
      });
      watcher.on('error', () => undefined);
    } catch {
      // There is no watch to be had here; the record is as safe as any file.
      watcher = null;
    }
  }

  function look(): void {
    mend().then(
      (found) => {
        if (found === 'sound') return;
        // The folder may be another one, and in between nobody watched.
        arm();
        look();
      },
      () => void setTimeout(look, AGAIN_MS).unref(),
    );
  }

  arm();
  look();
}
