/**
 * Finds every effect in the services' code and asks whether a fault point comes before the next one. Walks the syntax tree along
 * the flow of control: both ways of an `if`, a loop twice, into functions by their names. What it reads is our own formatted code,
 * not any program; where it cannot follow, it takes the stricter view.
 */
import { parseSync } from '@swc/core';
import { SERVICE_CALLS } from './effect-table.ts';

type Node = { readonly type: string; readonly [key: string]: unknown };
type Open = ReadonlySet<string>;

export type EffectOffence = string;
export type EffectReport = {
  readonly offences: readonly EffectOffence[];
  /** Every effect that was found, as `file function: call`. */
  readonly effects: readonly string[];
  /** Points that are passed, once for each place. */
  readonly points: readonly string[];
};

type Fn = {
  /** Under which others call it: `undoSpawn`, or `kill.finish` for a method of what `createKill` makes. */
  readonly names: readonly string[];
  readonly file: string;
  readonly label: string;
  readonly body: Node;
};

type Facts = { readonly ends: Open; readonly acts: 'yes' | 'no' };

const NONE: Open = new Set();
const INERT: Facts = { ends: NONE, acts: 'no' };
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
const isFunction = (node: Node): boolean => ['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration'].includes(node.type);
const union = (...sets: readonly Open[]): Open => new Set(sets.flatMap((set) => [...set]));

export function findEffects(files: readonly { readonly path: string; readonly text: string }[]): EffectReport {
  const functions = files.flatMap(({ path, text }) =>
    functionsOf(path, parseSync(text, { syntax: 'typescript', target: 'es2022' }) as unknown as Node),
  );
  let facts = new Map<Fn, Facts>();
  for (let round = 0; round <= functions.length; round += 1) {
    const next = new Map(functions.map((fn) => [fn, analyse(fn, functions, facts).facts]));
    const same = functions.every((fn) => {
      const [before, after] = [facts.get(fn) ?? INERT, next.get(fn) ?? INERT];
      return before.acts === after.acts && before.ends.size === after.ends.size;
    });
    facts = next;
    if (same) break;
  }
  const analysed = functions.map((fn) => ({ fn, ...analyse(fn, functions, facts) }));
  const called = new Set(analysed.flatMap(({ calls }) => [...calls]));
  const loose = analysed
    .filter(({ fn, facts: { ends } }) => ends.size > 0 && !called.has(fn))
    .map(({ fn, facts: { ends } }) => `${fn.label} ends after ${[...ends].join(', ')}`);
  return {
    offences: [...new Set([...analysed.flatMap(({ offences }) => offences), ...loose])],
    effects: analysed.flatMap(({ effects }) => [...effects]),
    points: analysed.flatMap(({ points }) => [...points]),
  };
}

/** Everything of a file that has a name: declarations, and methods and values of what a factory returns. */
function functionsOf(path: string, module: Node): readonly Fn[] {
  const file = path.replace(/^.*\//, '');
  const found: Fn[] = [];
  const aliases: { readonly from: string; readonly to: string }[] = [];
  const add = (name: string, fn: Node, publicName: string | null): void => {
    const body = fn['body'];
    if (isNode(body))
      found.push({
        names: publicName === null ? [`${file}:${name}`] : [`${file}:${name}`, publicName],
        file,
        label: `${file} ${name}`,
        body,
      });
  };
  const visit = (node: Node, factory: string | null): void => {
    if (node.type === 'FunctionDeclaration') {
      const name = identifierOf(node['identifier']) ?? 'anonymous';
      add(name, node, factory === null ? name : null);
      for (const child of childrenOf(node)) visit(child, /^create[A-Z]/.test(name) ? receiverOf(name) : factory);
      return;
    }
    if (node.type === 'VariableDeclarator' && isNode(node['init']) && isFunction(node['init']))
      add(identifierOf(node['id']) ?? 'anonymous', node['init'], null);
    if (node.type === 'ReturnStatement' && factory !== null && isNode(node['argument'])) returned(node['argument'], factory);
    for (const child of childrenOf(node)) visit(child, factory);
  };
  const returned = (value: Node, factory: string): void => {
    if (isFunction(value)) add(identifierOf(value['identifier']) ?? factory, value, factory);
    if (value.type !== 'ObjectExpression') return;
    for (const member of value['properties'] as readonly Node[]) {
      const key = identifierOf(member['key']) ?? identifierOf(member);
      if (key === null) continue;
      if (member.type === 'MethodProperty') add(key, member, `${factory}.${key}`);
      else if (isNode(member['value']) && isFunction(member['value'])) add(key, member['value'], `${factory}.${key}`);
      else aliases.push({ from: `${file}:${identifierOf(member['value']) ?? key}`, to: `${factory}.${key}` });
    }
  };
  visit(module, null);
  return found.map((fn) => ({ ...fn, names: [...fn.names, ...aliases.filter(({ from }) => fn.names.includes(from)).map(({ to }) => to)] }));
}

const receiverOf = (factory: string): string => factory.charAt(6).toLowerCase() + factory.slice(7);

function analyse(self: Fn, functions: readonly Fn[], known: ReadonlyMap<Fn, Facts>) {
  const offences: string[] = [];
  const effects: string[] = [];
  const points: string[] = [];
  const calls = new Set<Fn>();
  let acts = false;
  let exits: Open = NONE;

  const act = (what: string, open: Open): Open => {
    acts = true;
    if (open.size > 0) offences.push(`${self.label}: no point between ${[...open].join(', ')} and ${what}`);
    return new Set([what]);
  };

  function call(node: Node, open: Open): Open {
    const path = pathOf(node['callee']);
    if (path.endsWith('.passed')) {
      const [first] = node['arguments'] as readonly { readonly expression: Node }[];
      const point = first?.expression['value'];
      points.push(typeof point === 'string' ? point : '?');
      return NONE;
    }
    const effect = SERVICE_CALLS.find((name) => path === name || path.endsWith(`.${name}`));
    if (effect !== undefined) {
      effects.push(`${self.label}: ${path}`);
      return act(path, open);
    }
    const [receiver, method] = path.split('.').slice(-2);
    const wanted = method === undefined ? [`${self.file}:${receiver}`, receiver] : [`${receiver}.${method}`, method];
    const target = functions.find(
      (fn) =>
        fn !== self && wanted.some((name) => name !== undefined && fn.names.includes(name) && (name !== method || !name.includes(':'))),
    );
    if (target === undefined) return open;
    calls.add(target);
    const { ends, acts: does } = known.get(target) ?? INERT;
    if (does === 'no') return open;
    acts = true;
    if (open.size > 0) offences.push(`${self.label}: no point between ${[...open].join(', ')} and ${path}()`);
    return ends.size > 0 ? new Set([`${path}()`]) : NONE;
  }

  /** What is open after a node was run with `open` open before it. */
  function flow(node: Node, open: Open): Open {
    const part = (key: string, from: Open): Open => (isNode(node[key]) ? flow(node[key], from) : from);
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'MethodProperty':
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        return open;
      case 'CallExpression': {
        let now = isNode(node['callee']) ? flow(node['callee'], open) : open;
        for (const { expression } of node['arguments'] as readonly { readonly expression: Node }[]) {
          now = isFunction(expression) ? inline(expression, now) : flow(expression, now);
        }
        return call(node, now);
      }
      case 'IfStatement':
      case 'ConditionalExpression': {
        const tested = part('test', open);
        return union(part('consequent', tested), isNode(node['alternate']) ? flow(node['alternate'], tested) : tested);
      }
      case 'BinaryExpression': {
        const left = part('left', open);
        return ['&&', '||', '??'].includes(String(node['operator'])) ? union(left, part('right', left)) : part('right', left);
      }
      case 'SwitchStatement': {
        const from = part('discriminant', open);
        return union(
          from,
          ...(node['cases'] as readonly Node[]).map((one) =>
            (one['consequent'] as readonly Node[]).reduce((now, child) => flow(child, now), from),
          ),
        );
      }
      case 'ForStatement':
      case 'ForOfStatement':
      case 'WhileStatement': {
        const head = ['init', 'right', 'test'].reduce((now, key) => part(key, now), open);
        const once = part('update', part('body', head));
        return union(head, part('update', part('body', once)));
      }
      case 'TryStatement': {
        const tried = part('block', open);
        // A write that failed is none; whatever succeeded before it has its own point.
        const caught = isNode(node['handler']) ? flow(node['handler'], NONE) : NONE;
        return part('finalizer', union(tried, caught));
      }
      case 'ReturnStatement':
        exits = union(exits, part('argument', open));
        return NONE;
      case 'ThrowStatement': {
        const thrown = part('argument', open);
        if (thrown.size > 0) offences.push(`${self.label} throws after ${[...thrown].join(', ')}`);
        return NONE;
      }
      default:
        return childrenOf(node).reduce((now, child) => flow(child, now), open);
    }
  }

  /** A callback, taken to run where it is handed over. */
  function inline(fn: Node, open: Open): Open {
    const outer = exits;
    exits = NONE;
    const after = isNode(fn['body']) ? flow(fn['body'], open) : open;
    const all = union(after, exits);
    exits = outer;
    return all;
  }

  const end = flow(self.body, NONE);
  return { offences, effects, points, calls, facts: { ends: union(end, exits), acts: acts ? 'yes' : 'no' } satisfies Facts };
}

/** `store.sessions.update` of a callee; what lies in it otherwise (calls, `this`) is left out. */
function pathOf(callee: unknown): string {
  if (!isNode(callee)) return '';
  if (callee.type === 'Identifier') return String(callee['value']);
  if (callee.type === 'MemberExpression') return [pathOf(callee['object']), identifierOf(callee['property'])].filter(Boolean).join('.');
  if (callee.type === 'OptionalChainingExpression') return pathOf(callee['base']);
  return '';
}

const identifierOf = (node: unknown): string | null =>
  isNode(node) && (node.type === 'Identifier' || node.type === 'StringLiteral') ? String(node['value']) : null;

function childrenOf(node: Node): readonly Node[] {
  return Object.entries(node)
    .filter(([key]) => !['typeAnnotation', 'returnType', 'typeParams', 'span'].includes(key))
    .flatMap(([, value]) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .map((value) => (isNode(value) ? value : (value as { readonly expression?: unknown } | null)?.expression))
    .filter(isNode);
}
