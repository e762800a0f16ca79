/** The source tree as the architecture tests see it: text, code without comments, imports. Reads with node:fs only, once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export type Import = {
  /** Path in the checkout for our own files, the bare specifier otherwise. */
  readonly target: string;
  readonly kind: 'own' | 'node' | 'package';
  readonly typeOnly: 'type' | 'value';
};

export type SourceFile = {
  /** From the checkout's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments blanked out; line numbers are kept. */
  readonly code: string;
  readonly imports: readonly Import[];
};

export type Offence = string;

const SOURCE_FOLDERS = ['server', 'app', 'drizzle/schema', 'scripts', 'bench', 'chaos'];

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/**
 * Good enough for formatted sources, and no parser: block comments that start a line or lie within one, and `//` after a
 * space. A `//` inside a string is preceded by a colon (`http://`).
 */
function withoutComments(text: string): string {
  return text
    .replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, blank)
    .replace(/\/\*\*? [^\n]*?\*\//g, blank)
    .replace(/(^|[ \t])\/\/.*$/gm, blank);
}

const IMPORT = /(?:^|\n)\s*(import|export)(\s+type)?\s(?:[^'"`;()]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

function toImport(path: string, specifier: string, typeOnly: 'type' | 'value'): Import {
  if (specifier.startsWith('node:')) return { target: specifier, kind: 'node', typeOnly };
  if (specifier.startsWith('.')) return { target: posix.normalize(posix.join(posix.dirname(path), specifier)), kind: 'own', typeOnly };
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return { target: name, kind: 'package', typeOnly };
}

export function toSourceFile(path: string, text: string): SourceFile {
  const code = withoutComments(text);
  const imports = [...code.matchAll(IMPORT)].map(([, , typeWord, fromSpecifier, dynamicSpecifier]) =>
    toImport(path, fromSpecifier ?? dynamicSpecifier ?? '', typeWord === undefined ? 'value' : 'type'),
  );
  return { path, text, code, imports };
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      posix.join(folder, name.replaceAll('\\', '/')),
    );
  } catch {
    return [];
  }
}

export function readTree(): readonly SourceFile[] {
  return SOURCE_FOLDERS.flatMap(filesBelow)
    .filter((path) => /\.(tsx?|mjs)$/.test(path))
    .map((path) => toSourceFile(path, readFileSync(join(ROOT, path), 'utf8')));
}

export const isTest = ({ path }: SourceFile): boolean => path.endsWith('.test.ts') || path.startsWith('server/stories/');
/** `*.child.ts` is what a test starts as a process of its own. */
export const isProduct = (file: SourceFile): boolean =>
  /^(server|drizzle\/schema)\//.test(file.path) && !isTest(file) && !/^server\/testing\/|\.(child|d)\.ts$/.test(file.path);

/** The pages. Next wants some of their exports as default, and they run in a browser: rules for servers are not for them. */
export const isApp = (file: SourceFile): boolean => file.path.startsWith('app/') && !isTest(file) && !file.path.endsWith('.d.ts');

/** Every line of `file` whose code matches, as `path:line: text`. */
export function linesMatching(file: SourceFile, pattern: RegExp): readonly Offence[] {
  const texts = file.text.split('\n');
  return file.code
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}: ${texts[index]?.trim() ?? ''}`] : []));
}
