import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../core/errors.ts';
import { createRecordingLog } from '../../../testing/fakes/log.ts';
import { makeTempDir } from '../../../testing/resources.ts';
import { openOwnerCredential } from './credential.ts';

describe("the owner's credential", () => {
  it('is 256 random bits, 0600, made once and kept over restarts', async () => {
    await using dir = await makeTempDir();
    const first = openOwnerCredential({ dataDir: dir.path, log: createRecordingLog() });
    const text = readFileSync(first.path, 'utf8').trim();
    expect(Buffer.from(text, 'base64url').length).toBe(32);
    expect(statSync(first.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir.path)).toEqual(['credential']);
    const second = openOwnerCredential({ dataDir: dir.path, log: createRecordingLog() });
    expect(second.matches(text)).toBe(true);
    for (const wrong of ['', text.slice(1), `${text}x`, text.toLowerCase(), 'x'.repeat(100_000)]) expect(second.matches(wrong)).toBe(false);
  });

  it('S10: gets its mode back when others could read it, and says so', async () => {
    await using dir = await makeTempDir();
    const { path } = openOwnerCredential({ dataDir: dir.path, log: createRecordingLog() });
    chmodSync(path, 0o644);
    const log = createRecordingLog();
    openOwnerCredential({ dataDir: dir.path, log });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(JSON.stringify(log.lines)).not.toContain(readFileSync(path, 'utf8').trim());
  });

  it('is made anew when it is damaged', async () => {
    await using dir = await makeTempDir();
    writeFileSync(join(dir.path, 'credential'), 'short\n', { mode: 0o600 });
    const credential = openOwnerCredential({ dataDir: dir.path, log: createRecordingLog() });
    expect(credential.matches('short')).toBe(false);
    expect(credential.matches(readFileSync(credential.path, 'utf8').trim())).toBe(true);
  });

  it('refuses a symbolic link and a directory in its place', async () => {
    await using dir = await makeTempDir();
    for (const name of ['link', 'directory']) {
      const dataDir = join(dir.path, name);
      mkdirSync(dataDir);
      if (name === 'link') symlinkSync(join(dir.path, 'elsewhere'), join(dataDir, 'credential'));
      else mkdirSync(join(dataDir, 'credential'));
      const open = () => openOwnerCredential({ dataDir, log: createRecordingLog() });
      expect(open, name).toThrow(expect.toSatisfy((error: unknown) => isAppError(error, 'DATA_DIR_UNUSABLE')));
    }
  });

  it('is the same for all of several processes that make it in the same instant', async () => {
    await using dir = await makeTempDir();
    const script = `
      import { openOwnerCredential } from ${JSON.stringify(new URL('./credential.ts', import.meta.url).href)};
      import { readFileSync } from 'node:fs';
      const quiet = () => undefined;
      const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };
      const at = Number(process.argv[1]);
      while (Date.now() < at);
      const credential = openOwnerCredential({ dataDir: ${JSON.stringify(dir.path)}, log });
      const text = readFileSync(credential.path, 'utf8').trim();
      console.log(text + ' ' + credential.matches(text));`;
    const at = String(Date.now() + 1_500);
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, at], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        return new Promise<string>((resolve) => {
          let text = '';
          child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
          child.on('close', () => resolve(text.trim()));
        });
      }),
    );
    expect(new Set(outputs).size).toBe(1);
    expect(outputs[0]).toMatch(/^[A-Za-z0-9_-]{43} true$/);
  });
});
