/**
 * The guards against the faults of the lifecycle, L1–L12, of terminals, T1–T8, and of delivery, D1–D3, clause by clause: what
 * is taken out of which file, and which test must miss it. `find` is there once; `without` is what stands in its place;
 * `written` is where the test has its name, if that is another file. Nothing in it may loop without end: no test ends that.
 * Data only; `scripts/without-guard.mjs` does the rest.
 */
import { CRASH_GUARDS } from './crash.mjs';
import { DATABASE_GUARDS } from './database.mjs';
import { DELIVERY_GUARDS } from './delivery.mjs';
import { HOST_GUARDS } from './host.mjs';
import { PROCESSES_GUARDS } from './processes.mjs';
import { SECOND_INSTANCE_GUARDS } from './second-instance.mjs';
import { SUPERVISION_GUARDS } from './supervision.mjs';
import { TERMINAL_INPUT_GUARDS } from './terminal-input.mjs';
import { TERMINALS_GUARDS } from './terminals.mjs';
import { WORKTREES_GUARDS } from './worktrees.mjs';

export const GUARDS = [
  ...CRASH_GUARDS,
  ...SECOND_INSTANCE_GUARDS,
  ...SUPERVISION_GUARDS,
  ...HOST_GUARDS,
  ...PROCESSES_GUARDS,
  ...DATABASE_GUARDS,
  ...WORKTREES_GUARDS,
  ...TERMINALS_GUARDS,
  ...TERMINAL_INPUT_GUARDS,
  ...DELIVERY_GUARDS,
];
