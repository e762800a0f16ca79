/** From a key sent to its echo received, the product and a bare pseudoterminal key by key in turn. */
import { attachCommand, type Bare, startBare } from '../harness/bare.ts';
import type { Bench } from '../harness/context.ts';
import { median, quantile } from '../harness/figures.ts';
import { pause } from '../harness/processes.ts';
import { ECHO } from '../harness/programs.ts';
import type { Measured } from '../harness/report.ts';
import type { Stand, StandKind } from '../harness/stand.ts';

type Typed = Pick<Bare, 'until' | 'forget' | 'type'>;

const PAUSE_MS = 15;
const WARM_UP = 30;
/** None of them ends a control sequence, so none can be taken for a part of one. */
const KEYS = ['%', '&', '_', '+'] as const;

/** One key, and how long its echo took. */
export async function echo(on: Typed, turn: number): Promise<number> {
  const key = KEYS[turn % KEYS.length] ?? '%';
  on.forget();
  const sentMs = performance.now();
  const came = on.until(key);
  on.type(key);
  const tookMs = (await came) - sentMs;
  await pause(PAUSE_MS);
  return tookMs;
}

async function measure(
  stand: Stand,
  options: { readonly kind: StandKind; readonly keys: number; readonly limit: number },
): Promise<Measured> {
  const { kind, keys, limit } = options;
  const [ours, theirs] = [await stand.run(ECHO), kind === 'tmux' ? await stand.run(ECHO) : null];
  const bare = await startBare(stand, theirs === null ? ['sh', '-c', ECHO] : attachCommand(stand, theirs.tmuxName));
  const viewer = await stand.view(ours.id);
  try {
    await viewer.attach();
    await Promise.all([viewer.until('ready'), bare.until('ready')]);
    const took: Record<'product' | 'bare', number[]> = { product: [], bare: [] };
    for (let turn = -WARM_UP; turn < keys; turn += 1) {
      const [product, baseline] = [await echo(viewer, turn + WARM_UP), await echo(bare, turn + WARM_UP)];
      if (turn < 0) continue;
      took.product.push(product);
      took.bare.push(baseline);
    }
    const p95 = quantile(took.product, 0.95) / quantile(took.bare, 0.95);
    return {
      runs: `${keys} keys each, one of each in turn`,
      checks: [{ what: 'p95', value: p95, sense: 'at most', limit, unit: '×' }],
      figures: {
        'p50 ms': median(took.product),
        'p95 ms': quantile(took.product, 0.95),
        'baseline p50 ms': median(took.bare),
        'baseline p95 ms': quantile(took.bare, 0.95),
        'p50 ×': median(took.product) / median(took.bare),
      },
    };
  } finally {
    await viewer.close();
    await bare.end();
  }
}

export const ECHO_ROWS: readonly Bench[] = [
  {
    name: 'echo-tmux',
    subject: 'echo, idle, tmux runtime',
    baseline: '`tmux attach` in node-pty → socket.io, nothing else',
    target: 'p95 ≤ 1.2 ×',
    measure: async ({ stand, quick }) => measure(await stand('tmux'), { kind: 'tmux', keys: quick ? 100 : 500, limit: 1.2 }),
  },
  {
    name: 'echo-ptyhost',
    subject: 'echo, idle, ptyhost',
    baseline: 'bare pty → socket.io',
    target: 'p95 ≤ 1.5 ×',
    measure: async ({ stand, quick }) => measure(await stand('ptyhost'), { kind: 'ptyhost', keys: quick ? 100 : 500, limit: 1.5 }),
  },
];
