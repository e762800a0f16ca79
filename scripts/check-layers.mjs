/**
 * Runs dependency-cruiser over the product and its tests, and refuses to be green over nothing: without @swc/core it reads
 * no TypeScript at all and reports success, so the modules it saw are compared with the files that are there.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';
import { Visitor } from '@swc/core/Visitor.js';
import { cruise } from 'dependency-cruiser';
import config from '../.dependency-cruiser.mjs';

// swc parses `await using x = …`, which our tests are full of, but the visitor that dependency-cruiser builds on gives up at it.
const visitStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function visitStatementOrUsing(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

// dependency-cruiser parses everything as plain TypeScript, in which JSX is a syntax error.
const { parseFileSync } = swc.Compiler.prototype;
swc.Compiler.prototype.parseFileSync = function parseFileSyncOrTsx(path, parseOptions) {
  return parseFileSync.call(this, path, path.endsWith('.tsx') ? { ...parseOptions, tsx: true } : parseOptions);
};

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const folders = ['server', 'app', 'drizzle'];
const expected = folders
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name)).replaceAll('\\', '/')))
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'));

const { forbidden, options } = config;
const { output } = await cruise(folders, { ...options, ruleSet: { forbidden }, validate: true, outputType: 'json' });
const { modules, summary } = JSON.parse(output);

const seen = new Set(modules.map((module) => module.source));
const edges = modules.reduce((sum, module) => sum + module.dependencies.length, 0);
const unread = expected.filter((name) => !seen.has(name));
const advice = new Map(forbidden.map((rule) => [rule.name, rule.comment]));

for (const violation of summary.violations) {
  const path = violation.cycle
    ? [violation.from, ...violation.cycle.map((step) => step.name)].join(' → ')
    : `${violation.from} → ${violation.to}`;
  console.error(`${violation.rule.name}: ${path}\n    ${advice.get(violation.rule.name)}`);
}
if (unread.length > 0)
  console.error(
    `dependency-cruiser did not read ${unread.length} of ${expected.length} files, among them ${unread.slice(0, 5).join(', ')}`,
  );
if (edges < expected.length / 2) {
  console.error(`Only ${edges} imports found in ${expected.length} files: the parser reads nothing. Is @swc/core installed (npm ci)?`);
}
const ok = summary.violations.length === 0 && unread.length === 0 && edges >= expected.length / 2;
console.log(`${expected.length} modules, ${edges} imports, ${summary.violations.length} violations`);
process.exitCode = ok ? 0 : 1;
