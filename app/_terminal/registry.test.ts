import { describe, expect, it } from 'vitest';
import { createTerminalRegistry, MAX_LIVE_TERMINALS, MAX_WEBGL_TERMINALS } from './registry.ts';

/** As much of a DOM node as the registry touches. */
type Box = {
  readonly name: string;
  parentNode: Box | null;
  readonly children: Box[];
  appendChild(child: Box): Box;
  removeChild(child: Box): Box;
};
function makeBox(name: string): Box & Node {
  const box: Box = {
    name,
    parentNode: null,
    children: [],
    appendChild(child) {
      child.parentNode?.removeChild(child);
      box.children.push(child);
      child.parentNode = box;
      return child;
    },
    removeChild(child) {
      box.children.splice(box.children.indexOf(child), 1);
      child.parentNode = null;
      return child;
    },
  };
  return box as unknown as Box & Node;
}

function world() {
  const log: string[] = [];
  const renderers = new Map<string, string>();
  const registry = createTerminalRegistry({
    create: (id) => {
      log.push(`create ${id}`);
      return {
        id,
        element: makeBox(id),
        shown: () => log.push(`shown ${id}`),
        hidden: () => log.push(`hidden ${id}`),
        setRenderer: (renderer) => renderers.set(id, renderer),
        dispose: () => {
          renderers.delete(id);
          log.push(`dispose ${id}`);
        },
      };
    },
  });
  return { log, renderers, registry };
}

describe('the terminals of a tab', () => {
  it('are made once and moved from page to page', () => {
    const { log, registry } = world();
    const [left, right] = [makeBox('left'), makeBox('right')];
    const first = registry.show('a', left);
    registry.hide('a', left);
    const second = registry.show('a', right);
    expect(second).toBe(first);
    expect(left.children).toHaveLength(0);
    expect(right.children).toHaveLength(1);
    expect(log).toEqual(['create a', 'shown a', 'hidden a', 'shown a']);
  });

  it('show one at a time', () => {
    const { log, registry } = world();
    const page = makeBox('page');
    registry.show('a', page);
    registry.show('b', page);
    expect(page.children).toHaveLength(1);
    expect(log).toContain('hidden a');
  });

  it('stand beside each other as tiles, which a page clears away', () => {
    const { log, registry } = world();
    const [left, right, page] = [makeBox('left'), makeBox('right'), makeBox('page')];
    registry.show('a', left, 'tile');
    registry.show('b', right, 'tile');
    expect([left.children.length, right.children.length]).toEqual([1, 1]);
    registry.show('b', page);
    expect([left.children.length, right.children.length, page.children.length]).toEqual([0, 0, 1]);
    expect(log).toEqual(['create a', 'shown a', 'create b', 'shown b', 'hidden a', 'hidden b', 'shown b']);
  });

  it('are all kept while they are shown, however many, and no longer', () => {
    const { log, renderers, registry } = world();
    const tiles = Array.from({ length: MAX_LIVE_TERMINALS + 3 }, (_, index) => [`s-${index}`, makeBox(`tile ${index}`)] as const);
    for (const [id, box] of tiles) registry.show(id, box, 'tile');
    expect(log.filter((line) => line.startsWith('dispose'))).toEqual([]);
    expect([...renderers.values()].filter((renderer) => renderer === 'webgl')).toHaveLength(MAX_WEBGL_TERMINALS);
    for (const [id, box] of tiles) registry.hide(id, box);
    registry.show('page', makeBox('page'));
    expect(registry.all()).toHaveLength(MAX_LIVE_TERMINALS);
  });

  it('are not taken away by a page that has left when another one has them by now', () => {
    const { registry } = world();
    const [left, right] = [makeBox('left'), makeBox('right')];
    registry.show('a', left);
    registry.show('a', right);
    registry.hide('a', left);
    expect(right.children).toHaveLength(1);
  });

  it('let go of the one that was not shown for longest, never of the one on the screen', () => {
    const { log, registry } = world();
    const page = makeBox('page');
    const ids = Array.from({ length: MAX_LIVE_TERMINALS }, (_, index) => `s-${index + 1}`);
    for (const id of ids) registry.show(id, page);
    registry.show('s-1', page);
    registry.show('one-more', page);
    expect(log.filter((line) => line.startsWith('dispose'))).toEqual(['dispose s-2']);
    registry.show('s-2', page);
    expect(log.filter((line) => line === 'create s-2')).toHaveLength(2);
  });

  it('hold few WebGL contexts: the ones shown last', () => {
    const { renderers, registry } = world();
    const page = makeBox('page');
    for (const id of ['a', 'b', 'c', 'd', 'e']) registry.show(id, page);
    const withWebgl = [...renderers].flatMap(([id, renderer]) => (renderer === 'webgl' ? [id] : []));
    expect(withWebgl).toEqual(['c', 'd', 'e']);
    expect(withWebgl).toHaveLength(MAX_WEBGL_TERMINALS);
    registry.show('a', page);
    expect(renderers.get('a')).toBe('webgl');
    expect(renderers.get('c')).toBe('dom');
  });

  it('are gone when their session is', () => {
    const { log, registry } = world();
    const page = makeBox('page');
    registry.show('a', page);
    registry.drop('a');
    registry.hide('a', page);
    expect(log.filter((line) => line === 'dispose a')).toHaveLength(1);
    expect(registry.peek('a')).toBeNull();
  });
});
