import { describeRuntimeContract } from '../../../testing/contracts/runtime.contract.ts';
import { makePtyHostHarness } from '../../../testing/ptyhost-harness.ts';

describeRuntimeContract('the ptyhost runtime', makePtyHostHarness);
