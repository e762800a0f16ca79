/**
 * Layers, cycles and stray dependencies. The table of layers is `server/testing/architecture/layers.json`, which
 * `server/architecture.test.ts` reads too; this file only turns it into dependency-cruiser's rules. With swc as the parser
 * an `import type` cannot be told from an import, so "types only" (`mayImportTypes`) is left to that test.
 * Run it through `scripts/check-layers.mjs`, which also asserts that every module was really read.
 */
import { readFileSync } from 'node:fs';

const { layers, adapters } = JSON.parse(readFileSync(new URL('server/testing/architecture/layers.json', import.meta.url), 'utf8'));

const TESTS = '(\\.(test|child)\\.ts$)|(^server/(testing|stories)/)';
const OURS = '^(server|app|drizzle)/';
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
/** `^zod$` names a package, a path in node_modules is what the rule is matched against. */
const packagePath = (pattern) => (pattern === '.' ? '.' : `node_modules/${pattern.replace(/^\^/, '').replace(/\$$/, '')}/`);

function layerRules(layer) {
  const from = { path: layer.path, pathNot: TESTS };
  const isAdapters = layer.name === 'adapters';
  const specialImports = isAdapters ? adapters.special.flatMap((special) => special.mayImport) : [];
  const specialPackages = isAdapters ? adapters.special.flatMap((special) => special.packages) : [];
  const own = isAdapters ? ['^server/adapters/'] : [];
  const allowed = [...layer.mayImport, ...layer.mayImportTypes, ...specialImports, ...own];
  const rules = [forbid(`${layer.name}-layer`, layer.advice, from, { path: OURS, pathNot: allowed })];
  if (layer.builtins.length === 0) rules.push(forbid(`${layer.name}-no-node`, layer.advice, from, { dependencyTypes: ['core'] }));
  const packages = [...layer.packages, ...specialPackages].map(packagePath);
  const to = packages.length > 0 ? { dependencyTypes: NPM, pathNot: packages } : { dependencyTypes: NPM };
  rules.push(forbid(`${layer.name}-packages`, layer.advice, from, to));
  return rules;
}

function adapterRules() {
  const { advice } = layers.find((layer) => layer.name === 'adapters');
  const groups = adapters.groups.join('|');
  return [
    forbid(
      'adapter-in-group-imports-no-other',
      advice,
      { path: `^server/adapters/(${groups})/([^/]+)/`, pathNot: TESTS },
      { path: '^server/adapters/', pathNot: '^server/adapters/$1/($2/|[^/]+\\.ts$)' },
    ),
    forbid(
      'adapter-imports-no-other',
      advice,
      { path: '^server/adapters/([^/]+)/', pathNot: [`^server/adapters/(${groups})/[^/]+/`, TESTS] },
      { path: '^server/adapters/', pathNot: '^server/adapters/$1/' },
    ),
    ...adapters.special.flatMap(({ unit, packages, mayImport }) => [
      forbid('adapter-sdk', advice, { path: '^server/adapters/', pathNot: [unit, TESTS] }, { path: packages.map(packagePath) }),
      ...(mayImport.length > 0
        ? [forbid('adapter-tables', advice, { path: '^server/adapters/', pathNot: [unit, TESTS] }, { path: mayImport })]
        : []),
    ]),
  ];
}

/** @type {import('dependency-cruiser').IConfiguration} */
const config = {
  forbidden: [
    forbid('no-cycles', 'Move what both need into a third file, or hand one of them in as an argument.', {}, { circular: true }),
    forbid('no-unresolvable', 'The import leads nowhere: wrong path, or a package that is not installed.', {}, { couldNotResolve: true }),
    forbid(
      'no-testing-in-product',
      'server/testing and server/stories are for tests only. What the product needs too has its place in a layer.',
      { pathNot: TESTS },
      { path: TESTS },
    ),
    forbid(
      'no-dev-dependency-in-product',
      'The installed product has no dev dependencies: `npm install --save-exact` the package, or do without.',
      { path: OURS, pathNot: TESTS },
      { dependencyTypes: ['npm-dev'] },
    ),
    ...layers.flatMap(layerRules),
    ...adapterRules(),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.test-build)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};

// biome-ignore lint/style/noDefaultExport: dependency-cruiser wants one
export default config;
