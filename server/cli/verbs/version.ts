import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../../contract/version.ts';
import type { VerbResult } from '../context.ts';

export function version(): VerbResult {
  return { value: { version: PRODUCT_VERSION, protocol: PROTOCOL_VERSION, node: process.versions.node }, text: PRODUCT_VERSION };
}
