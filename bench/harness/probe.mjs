/** Loaded into the daemon under test by `--import`: says how late its event loop was, and collects garbage when asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
process.on('message', (word) => {
  if (word === 'watch') {
    delay.reset();
    delay.enable();
  }
  if (word === 'collect') globalThis.gc?.();
  const stall = { maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 };
  if (word === 'tell') delay.disable();
  process.send?.(stall);
});
process.channel?.unref();
