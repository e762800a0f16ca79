/** Draws an xterm by WebGL where a graphics card does it, else, and after contexts were lost, with the DOM, which draws the same, only slower. */
import type { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/** After so many lost WebGL contexts the graphics driver is not to be trusted. */
const MAX_CONTEXT_LOSSES = 2;

let fastWebgl: boolean | null = null;
/** Whether WebGL is drawn by a graphics card: done in software it is slower than the DOM, and takes the processor from the agents. */
function hasFastWebgl(): boolean {
  if (fastWebgl !== null) return fastWebgl;
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info') ?? null;
  const name = context === null || info === null ? '' : String(context.getParameter(info.UNMASKED_RENDERER_WEBGL));
  fastWebgl = context !== null && !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return fastWebgl;
}

let Webgl: typeof WebglAddon | null = null;

/**
 * To be waited for before the first terminal is made: a cell drawn by WebGL is not as wide as one of the DOM, so a change in
 * between would be a change of size. Where no graphics card draws, nothing is loaded.
 */
export async function loadRenderer(): Promise<void> {
  if (Webgl !== null || !hasFastWebgl()) return;
  try {
    ({ WebglAddon: Webgl } = await import('@xterm/addon-webgl'));
  } catch {
    // The network went away: the DOM draws as well.
  }
}

export function createRenderer(term: Terminal) {
  let state: 'closed' | 'open' = 'closed';
  let wanted: 'webgl' | 'dom' = 'dom';
  let webgl: WebglAddon | null = null;
  let contextLosses = 0;

  const dropWebgl = (): void => {
    webgl?.dispose();
    webgl = null;
  };
  const draw = (): void => {
    if (state === 'closed') return;
    if (wanted === 'dom' || contextLosses >= MAX_CONTEXT_LOSSES || Webgl === null) return dropWebgl();
    if (webgl !== null) return;
    try {
      const addon = new Webgl();
      addon.onContextLoss(() => {
        contextLosses += 1;
        if (webgl === addon) dropWebgl();
      });
      term.loadAddon(addon);
      webgl = addon;
    } catch {
      // No WebGL 2 here.
      contextLosses = MAX_CONTEXT_LOSSES;
    }
  };

  return {
    /** The terminal is in the page. A context that was lost before is tried again when it is shown again. */
    opened() {
      state = 'open';
      draw();
    },
    set(next: 'webgl' | 'dom') {
      wanted = next;
      draw();
    },
    wanted: (): 'webgl' | 'dom' => wanted,
    dispose: dropWebgl,
  };
}
