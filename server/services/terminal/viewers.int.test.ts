import { describeViewersContract } from '../../testing/contracts/viewers.contract.ts';
import { makeTmuxViewersBench } from '../../testing/viewers-on-tmux.ts';

describeViewersContract('tmux', makeTmuxViewersBench);
