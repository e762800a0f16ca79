/** The process source of this operating system. */
import type { ProcessSource } from './process-source.ts';
import { createLinuxProcessSource } from './process-source-linux.ts';
import { createPsProcessSource } from './process-source-ps.ts';

export function openProcessSource(): ProcessSource {
  return process.platform === 'linux' ? createLinuxProcessSource() : createPsProcessSource();
}
