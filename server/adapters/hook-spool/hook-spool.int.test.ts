import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SpooledReport } from '../../ports/hook-spool.ts';
import { createHookSpool } from './hook-spool.ts';

let directory: string;
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const parse = (text: string): SpooledReport | null => (text.startsWith('{') ? (JSON.parse(text) as SpooledReport) : null);

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'ao-spool-')), 'spool');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

it('gives out each report once, oldest first, and drops what is no report (D3)', () => {
  const spool = createHookSpool({ directory, parse, log: silent });
  writeFileSync(join(directory, '2000-b.json'), '{"n":2}');
  writeFileSync(join(directory, '1000-a.json'), '{"n":1}');
  writeFileSync(join(directory, '1500-x.json'), 'not a report');
  writeFileSync(join(directory, '900-half.json.tmp'), '{"n":0}');
  expect(spool.take()).toEqual([{ n: 1 }, { n: 2 }]);
  expect(spool.take()).toEqual([]);
  // One that is still being written is left until it has its name.
  expect(readdirSync(directory)).toEqual(['900-half.json.tmp']);
  expect(existsSync(directory)).toBe(true);
});
