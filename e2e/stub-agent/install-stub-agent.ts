/** Puts the scripted agent on an installation's PATH, under the name of a real one. */
import { fileURLToPath } from 'node:url';
import type { World } from '../../server/testing/world.ts';

const STUB = fileURLToPath(new URL('./stub-agent.mjs', import.meta.url));

export function installStubAgent(world: World): void {
  world.program('claude', `#!/bin/sh\nexec '${process.execPath}' '${STUB}' "$@"\n`);
}
