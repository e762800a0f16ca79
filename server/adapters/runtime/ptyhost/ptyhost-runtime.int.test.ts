import { describeRuntimeContract } from '../../../testing/contracts/runtime.contract.ts';
import { describeRuntimePrograms } from '../../../testing/contracts/runtime-programs.contract.ts';
import { makePtyHostHarness } from '../../../testing/ptyhost-harness.ts';

describeRuntimeContract('the ptyhost runtime', makePtyHostHarness);
describeRuntimePrograms('the ptyhost runtime', makePtyHostHarness);
