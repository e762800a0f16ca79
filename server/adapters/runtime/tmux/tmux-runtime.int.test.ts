import { describeRuntimeContract } from '../../../testing/contracts/runtime.contract.ts';
import { makeTmuxHarness } from '../../../testing/tmux-harness.ts';

describeRuntimeContract('the tmux runtime', makeTmuxHarness);
