import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAIRING_CODE_TTL_MS } from '../../contract/device.ts';
import { isAppError } from '../../core/errors.ts';
import { makeTempDir } from '../../testing/resources.ts';
import { createPairingFile } from './pairing-file.ts';

const START = 1_700_000_000_000;

describe('pairing codes', () => {
  it('S4: are 160 random bits, good once, for ten minutes', async () => {
    await using dir = await makeTempDir();
    let nowMs = START;
    const pairing = createPairingFile({ dataDir: dir.path, nowMs: () => nowMs });
    const { code, expiresAtMs } = pairing.create();
    expect(Buffer.from(code, 'base64url').length).toBe(20);
    expect(expiresAtMs).toBe(START + PAIRING_CODE_TTL_MS);
    nowMs = expiresAtMs - 1;
    expect([pairing.isValid(code), pairing.isValid(code), pairing.consume(code), pairing.consume(code), pairing.isValid(code)]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const late = pairing.create();
    nowMs = late.expiresAtMs;
    expect([pairing.isValid(late.code), pairing.consume(late.code)]).toEqual([false, false]);
  });

  it('S10: are kept as hashes, 0600 in a 0700 folder, and expired ones are cleared away', async () => {
    await using dir = await makeTempDir();
    let nowMs = START;
    const pairing = createPairingFile({ dataDir: dir.path, nowMs: () => nowMs });
    const { code } = pairing.create();
    const folder = join(dir.path, 'pairing');
    const [name] = readdirSync(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, name ?? '')).mode & 0o777).toBe(0o600);
    expect(`${name}${readFileSync(join(folder, name ?? ''), 'utf8')}`).not.toContain(code);
    nowMs += PAIRING_CODE_TTL_MS;
    pairing.create();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('S6: are looked up by hash, whatever is presented', async () => {
    await using dir = await makeTempDir();
    const pairing = createPairingFile({ dataDir: dir.path, nowMs: () => START });
    writeFileSync(join(dir.path, 'expires'), `${START + 1_000}\n`);
    for (const code of ['', '.', '../expires', 'x\0y', 'x'.repeat(100_000)]) expect(pairing.consume(code), code.slice(0, 20)).toBe(false);
  });

  it('do not outlive their time because a clock was set back', async () => {
    await using dir = await makeTempDir();
    let nowMs = START;
    const pairing = createPairingFile({ dataDir: dir.path, nowMs: () => nowMs });
    const { code } = pairing.create();
    nowMs = START - 24 * 3_600_000;
    expect(pairing.isValid(code)).toBe(false);
  });

  it('S4: raced by several processes are good for exactly one', async () => {
    await using dir = await makeTempDir();
    const { code } = createPairingFile({ dataDir: dir.path, nowMs: () => Date.now() }).create();
    const script = `
      import { createPairingFile } from ${JSON.stringify(new URL('./pairing-file.ts', import.meta.url).href)};
      const pairing = createPairingFile({ dataDir: ${JSON.stringify(dir.path)}, nowMs: () => Date.now() });
      while (Date.now() < Number(process.argv[1]));
      console.log(pairing.consume(process.argv[2]));`;
    const at = String(Date.now() + 1_500);
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => {
        const args = ['--import', 'tsx', '--input-type=module', '-e', script, '--', at, code];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        return new Promise<string>((resolve) => {
          let text = '';
          child.stdout.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          child.on('close', () => resolve(text.trim()));
        });
      }),
    );
    expect(outcomes.toSorted()).toEqual(['false', 'false', 'false', 'true']);
  });

  it('L9: say where they cannot be kept', async () => {
    await using dir = await makeTempDir();
    writeFileSync(join(dir.path, 'pairing'), 'a file');
    const pairing = createPairingFile({ dataDir: dir.path, nowMs: () => START });
    expect(() => pairing.create()).toThrow(expect.toSatisfy((error: unknown) => isAppError(error, 'DATA_DIR_UNUSABLE')));
  });
});
