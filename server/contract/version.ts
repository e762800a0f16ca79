/** The service's name and the wire's version, as `/healthz`, the run file and the clients compare them. */
export const SERVICE_NAME = 'agent-orchestrator';
/** Raised when an input or output changes so that an older client would misread it. */
export const PROTOCOL_VERSION = 1;

declare const __AO_VERSION__: string | undefined;
/** The product's version; the build puts it in. */
export const PRODUCT_VERSION: string = typeof __AO_VERSION__ === 'string' ? __AO_VERSION__ : '0.0.0-dev';
