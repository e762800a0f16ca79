/** Where the daemon is in its life, as its transports see it. */
import { AppError } from '../core/errors.ts';

export type DaemonState = 'starting' | 'ready' | 'stopping';

/** Why the daemon shall stop, and who wants it. `user`: deliberately, so no tab that wakes up brings it back. */
export type StopRequest = { readonly reason: string; readonly by: 'user' | 'gateway' };

/** Why work is not taken now; `null` when it is. */
export function notReady(state: DaemonState): AppError | null {
  switch (state) {
    case 'ready':
      return null;
    case 'starting':
      return new AppError({
        code: 'DAEMON_STARTING',
        message: 'The daemon is starting and looks after its sessions first.',
        hint: 'Try again in a moment; `ao status` shows the state.',
      });
    case 'stopping':
      return new AppError({
        code: 'DAEMON_STOPPING',
        message: 'The daemon is stopping and takes nothing new.',
        hint: 'Start it again with `ao start`; sessions live on.',
      });
  }
}
