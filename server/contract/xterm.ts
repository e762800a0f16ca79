/** What an xterm of the pages has to do as the daemon's own does, so that both show the same. */
import { cutHiddenCells } from '../core/terminal/hidden-cells.ts';

export function matchDaemonScreen(terminal: Parameters<typeof cutHiddenCells>[0]): void {
  cutHiddenCells(terminal);
}
