import { describeRuntimeContract } from '../../../testing/contracts/runtime.contract.ts';
import { describeRuntimePrograms } from '../../../testing/contracts/runtime-programs.contract.ts';
import { makeTmuxHarness } from '../../../testing/tmux-harness.ts';

describeRuntimeContract('the tmux runtime', makeTmuxHarness);
describeRuntimePrograms('the tmux runtime', makeTmuxHarness);
