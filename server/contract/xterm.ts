/** What an xterm of the pages has to do as the daemon's does, so that both show the same. */
export { cutHiddenCells } from '../core/terminal/hidden-cells.ts';
