/**
 * Which of the server's clients are ours, noted on the server itself. A daemon that is killed takes the reading end of its
 * terminals with it, unless a child of it (a fetch, a post-create command) has inherited that end: node-pty's descriptors are
 * handed down. Such a client is read by nobody, and its output piles up in the server by 35 MB a second of flood; the next daemon
 * ends it.
 */
import type { Channel } from './channel.ts';
import { KEEPER, paneTarget, VIEWERS_OPTION } from './handles.ts';

export function createViewerRecord(deps: { readonly socket: string; readonly channel: () => Channel }) {
  const pids = new Set<number>();

  async function write(): Promise<void> {
    try {
      await deps.channel().change(deps.socket, [['set-option', '-t', paneTarget(KEEPER), VIEWERS_OPTION, [...pids].join(' ')]]);
    } catch {
      // Only the next daemon misses it, and only where the channel is gone too.
    }
  }

  return {
    pids: (): ReadonlySet<number> => pids,
    /** Resolves to the way to take it back. */
    async note(pid: number, socket: string): Promise<() => Promise<void>> {
      if (socket !== deps.socket) return () => Promise.resolve();
      pids.add(pid);
      await write();
      return async () => {
        pids.delete(pid);
        await write();
      };
    },
  };
}

export type ViewerRecord = ReturnType<typeof createViewerRecord>;
