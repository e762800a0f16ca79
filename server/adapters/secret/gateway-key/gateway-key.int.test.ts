import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../core/errors.ts';
import { makeTempDir } from '../../../testing/resources.ts';
import { openGatewayKey } from './gateway-key.ts';

describe('the signing key', () => {
  it('S10: is 256 random bits, 0600, made once; what one holder signs another verifies', async () => {
    await using dir = await makeTempDir();
    const dataDir = join(dir.path, 'data');
    const signature = openGatewayKey({ dataDir }).sign('device:a');
    expect(signature).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(statSync(join(dataDir, 'gateway-key')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dataDir)).toEqual(['gateway-key']);
    chmodSync(join(dataDir, 'gateway-key'), 0o644);
    const second = openGatewayKey({ dataDir });
    expect(statSync(join(dataDir, 'gateway-key')).mode & 0o777).toBe(0o600);
    expect(second.verify('device:a', signature)).toBe(true);
    expect(second.verify('device:b', signature)).toBe(false);
    expect(second.verify('gateway:a', signature)).toBe(false);
  });

  it('takes a signature in its one spelling only', async () => {
    await using dir = await makeTempDir();
    const key = openGatewayKey({ dataDir: dir.path });
    const signature = key.sign('x');
    const last = signature.at(-1) ?? '';
    const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].filter((char) => char !== last);
    for (const char of others) expect(key.verify('x', signature.slice(0, -1) + char), char).toBe(false);
    for (const wrong of ['', 'x', `${signature}=`, ` ${signature}`, 'é'.repeat(43), 'x'.repeat(100_000)])
      expect(key.verify('x', wrong)).toBe(false);
  });

  it('is not replaced when it is damaged, since every browser would be locked out, and no link is followed', async () => {
    await using dir = await makeTempDir();
    for (const name of ['short', 'link', 'directory']) {
      const dataDir = join(dir.path, name);
      mkdirSync(dataDir);
      const path = join(dataDir, 'gateway-key');
      if (name === 'short') writeFileSync(path, 'short\n', { mode: 0o600 });
      else if (name === 'link') symlinkSync(join(dir.path, 'elsewhere'), path);
      else mkdirSync(path);
      expect(() => openGatewayKey({ dataDir }), name).toThrow(expect.toSatisfy((error: unknown) => isAppError(error, 'DATA_DIR_UNUSABLE')));
    }
    expect(readFileSync(join(dir.path, 'short', 'gateway-key'), 'utf8')).toBe('short\n');
  });

  it('L2: is the same for several processes that make it in the same instant', async () => {
    await using dir = await makeTempDir();
    const script = `
      import { openGatewayKey } from ${JSON.stringify(new URL('./gateway-key.ts', import.meta.url).href)};
      while (Date.now() < Number(process.argv[1]));
      console.log(openGatewayKey({ dataDir: ${JSON.stringify(dir.path)} }).sign('x'));`;
    const signatures = await runAtOnce(4, script);
    expect(new Set(signatures).size).toBe(1);
    expect(signatures[0]).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

async function runAtOnce(count: number, script: string): Promise<readonly string[]> {
  const at = String(Date.now() + 1_500);
  return Promise.all(
    Array.from({ length: count }, () => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, at], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return new Promise<string>((resolve) => {
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        child.on('close', () => resolve(text.trim()));
      });
    }),
  );
}
