/**
 * Judges imports by `layers.json`, the one table of who may import whom; `.dependency-cruiser.mjs` reads it too. Here the
 * difference between a type and a value is seen, there cycles and what a path really resolves to.
 */
import { readFileSync } from 'node:fs';
import type { Import, Offence, SourceFile } from './tree.ts';
import { isApp, isProduct } from './tree.ts';

type Layer = {
  readonly name: string;
  readonly path: string;
  readonly mayImport: readonly string[];
  readonly mayImportTypes: readonly string[];
  readonly builtins: readonly string[];
  readonly packages: readonly string[];
  readonly advice: string;
};

type Special = { readonly unit: string; readonly packages: readonly string[]; readonly mayImport: readonly string[] };

type Table = {
  readonly layers: readonly Layer[];
  /** `groups`: folders whose children are the adapters; any other folder of adapters/ is one. `special`: the SDK of one adapter. */
  readonly adapters: { readonly groups: readonly string[]; readonly special: readonly Special[] };
};

const table = JSON.parse(readFileSync(new URL('layers.json', import.meta.url), 'utf8')) as Table;

const matchesAny = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => new RegExp(pattern).test(text));

export function layersOf(path: string): readonly Layer[] {
  return table.layers.filter((layer) => new RegExp(layer.path).test(path));
}

/** The folders whose files an adapter may import: its own, and the files directly under its group. */
function isOwnUnit(from: string, target: string): boolean {
  const grouped = new RegExp(`^server/adapters/(?:${table.adapters.groups.join('|')})/`).test(from);
  const [, , group, unit] = from.split('/');
  if (!grouped) return target.startsWith(`server/adapters/${group}/`);
  const isGroupFile = new RegExp(`^server/adapters/${group}/[^/]+\\.ts$`);
  return isGroupFile.test(target) || target.startsWith(`server/adapters/${group}/${unit}/`);
}

function isAllowed(file: SourceFile, layer: Layer, { target, kind, typeOnly }: Import): boolean {
  const special = table.adapters.special.filter(({ unit }) => layer.name === 'adapters' && new RegExp(unit).test(file.path));
  if (kind === 'node') return matchesAny(layer.builtins, target);
  if (kind === 'package') return matchesAny([...layer.packages, ...special.flatMap(({ packages }) => packages)], target);
  if (matchesAny([...layer.mayImport, ...special.flatMap(({ mayImport }) => mayImport)], target)) return true;
  if (typeOnly === 'type' && matchesAny(layer.mayImportTypes, target)) return true;
  return layer.name === 'adapters' && isOwnUnit(file.path, target);
}

/** Imports of product files that the table does not allow, each with its layer's advice. */
export function findLayerOffences(files: readonly SourceFile[]): readonly Offence[] {
  return files
    .filter((file) => isProduct(file) || isApp(file))
    .flatMap((file) =>
      layersOf(file.path).flatMap((layer) =>
        file.imports
          .filter((imported) => !isAllowed(file, layer, imported))
          .map(({ target, typeOnly }) => `${file.path} imports ${target}${typeOnly === 'type' ? ' (type)' : ''}\n      → ${layer.advice}`),
      ),
    );
}
