/** One-time pairing codes, known to every process of the installation, daemon or none. Only hashes are kept. */
export type PairingCode = { readonly code: string; readonly expiresAtMs: number };

export interface PairingFile {
  /** 160 random bits, base64url. Throws `DATA_DIR_UNUSABLE`. */
  create(): PairingCode;
  /** Whether the code is there and has not expired. Uses nothing up. */
  isValid(code: string): boolean;
  /** Uses the code up: `true` for exactly one caller, whatever the number of racers and of their processes. */
  consume(code: string): boolean;
}
