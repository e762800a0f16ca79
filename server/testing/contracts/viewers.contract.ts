/**
 * What viewers see, for any runtime: random output cut anywhere, viewers that join, leave, stall, catch up and resize, daemons that
 * die in between. Once it is quiet each viewer shows what the runtime itself says is there. A run is printed with its seed;
 * `AO_TEST_RUNS` makes them more.
 */
import type { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Size } from '../../core/terminal/size-arbiter.ts';
import type { TerminalViewer } from '../../ports/terminal.ts';
import { type Blanks, type Picture, pictureOf } from '../picture.ts';
import { eventually } from '../resources.ts';
import type { Reading, TestViewer } from '../terminal-viewer.ts';

export type Watching = TestViewer & { readonly viewer: TerminalViewer };

export type ViewersBench = AsyncDisposable & {
  /** The program prints these bytes; resolves when its terminal has taken them. */
  say(data: Buffer): Promise<void>;
  view(options: { readonly size: Size; readonly mode: Reading }): Promise<Watching>;
  /** The daemon is killed, and the next one is there. */
  crash(): Promise<void>;
  /** A terminal that was fed every byte of the runtime's stream since the daemon began to look. */
  stream(): Terminal;
  /**
   * Has the runtime draw the screen anew, if it draws: tmux 3.3a moves lines outside of the margins in its own memory and not on
   * its clients, and at times erases a character that it has just drawn at the beginning of a line.
   */
  redraw(): Promise<void>;
  /** What the runtime says of itself, once `mark`, the last title that the program set, has been worked off; `null` before. */
  word(mark: string, blanks: Blanks): Promise<Omit<Picture, 'ends'> | null>;
};

const START_SIZE: Size = { cols: 40, rows: 10 };
const RUNS = Number(process.env['AO_TEST_RUNS'] ?? 8);
const VIEWERS = 3;

const number = (max: number) => fc.integer({ min: 1, max });
const switched = (...modes: readonly string[]) =>
  fc.tuple(fc.constantFrom(...modes), fc.constantFrom('h', 'l')).map(([mode, on]) => `\x1b[?${mode}${on}`);

/** Those of whose width everybody thinks the same. */
const NARROW = ['a', 'Z', ' ', 'é', 'e\u0301', 'ä\u0308\u0323', '─'];
const WIDE = ['世', '界', '😀'];

/** Whole sequences; they are cut where they are printed. */
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(number(12), number(50)).map(([row, col]) => `\x1b[${row};${col}H`) },
  {
    weight: 5,
    arbitrary: fc
      .array(fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 27, 31, 36, 39, 42, 49, 95, 103, '4:3', '38;5;120'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((codes) => `\x1b[${codes.join(';')}m`),
  },
  fc.tuple(number(255), number(255)).map(([red, blue]) => `\x1b[38;2;${red};0;${blue}m`),
  number(255).map((colour) => `\x1b[48;5;${colour}m`),
  {
    weight: 2,
    arbitrary: fc.constantFrom('\x1b[K', '\x1b[1K', '\x1b[J', '\x1b[2J', '\r\n', '\r\n\r\n', '\r', '\b', '\x1bM', '\x1b[S', '\x1b[T', '\t'),
  },
  fc.tuple(fc.constantFrom('X', 'L', 'M', 'P', '@', 'C', 'D', 'A', 'B', 'b'), number(7)).map(([final, count]) => `\x1b[${count}${final}`),
  fc.tuple(number(6), number(5)).map(([top, more]) => `\x1b[${top};${top + more}r`),
  { weight: 3, arbitrary: switched('25', '2004', '1', '6', '7', '1000', '1002', '1003', '1006', '1004', '2026', '1049') },
  fc.constantFrom(
    '\x1b[4h',
    '\x1b[4l',
    '\x1b=',
    '\x1b>',
    '\x1b7',
    '\x1b8',
    '\x1b]2;a title\x07',
    '\x1bP=1s\x1b\\',
    '\x07',
    '\x1b(0lqk\x1b(B',
  ),
  // A flood, for which viewers are skipped.
  number(200).map((lines) => Array.from({ length: lines }, (_, line) => `\x1b[3${line % 8}m${line} flooding ─ é\x1b[0m\r\n`).join('')),
);
const stepsWith = (characters: readonly string[]) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...characters), { minLength: 1, maxLength: 60 }).map((chars) => chars.join('')) },
    { weight: 3, arbitrary: steps },
  );

const viewer = fc.integer({ min: 0, max: VIEWERS - 1 });
/** On two columns tmux and xterm.js disagree where a wide character goes. */
const size = fc.record({ cols: fc.integer({ min: 4, max: 60 }), rows: fc.integer({ min: 2, max: 14 }) });
const printing = (characters: readonly string[]) =>
  fc.record({
    kind: fc.constant('print' as const),
    steps: fc.array(stepsWith(characters), { minLength: 1, maxLength: 8 }),
    cuts: fc.array(fc.nat(), { maxLength: 3 }),
  });
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('join' as const), viewer, size, mode: fc.constantFrom<Reading>('reading', 'stuck') }),
  },
  fc.record({ kind: fc.constant('leave' as const), viewer }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('turn' as const), viewer, mode: fc.constantFrom<Reading>('reading', 'stuck') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resize' as const), viewer, size }) },
  fc.record({ kind: fc.constant('crash' as const) }),
);
const eventsWith = (characters: readonly string[]) =>
  fc.array(fc.oneof({ weight: 1, arbitrary: printing(characters) }, { weight: 1, arbitrary: happening }), { minLength: 4, maxLength: 16 });
/**
 * Who writes over one half of a wide character leaves a blank, and emulators differ in how it looks: where there are such, only the
 * looks of what is not blank are compared with the runtime's own word.
 */
const story = fc.oneof(
  fc.record({ blanks: fc.constant('told' as const), events: eventsWith(NARROW) }),
  fc.record({ blanks: fc.constant('plain' as const), events: eventsWith([...NARROW, ...WIDE]) }),
);
type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

function cutAt(data: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (data.length + 1)).toSorted((a, b) => a - b), data.length];
  return at.slice(1).map((end, index) => data.subarray(at[index], end));
}

export function describeViewersContract(name: string, makeBench: () => Promise<ViewersBench>): void {
  describe(`viewers on ${name}`, () => {
    it('T1, T2, T3, T4, T7: all see the runtime’s own picture once it is quiet, whatever came before', { timeout: 600_000 }, async () => {
      await using bench = await makeBench();
      let run = 0;

      async function play({ blanks, events }: Story): Promise<void> {
        run += 1;
        const seats = new Map<number, Watching>();
        await bench.say(Buffer.from('\x18\x1bc'));
        const seat = async (id: number, options: { readonly size: Size; readonly mode: Reading }): Promise<void> => {
          seats.get(id)?.viewer.detach();
          seats.set(id, await bench.view(options));
        };
        await seat(0, { size: START_SIZE, mode: 'reading' });
        for (const each of events) {
          if (each.kind === 'print') {
            for (const part of cutAt(Buffer.from(each.steps.join('')), each.cuts)) await bench.say(part);
          } else if (each.kind === 'join') await seat(each.viewer, each);
          else if (each.kind === 'turn') seats.get(each.viewer)?.turn(each.mode);
          else if (each.kind === 'resize') seats.get(each.viewer)?.viewer.resize(each.size, 'visible');
          else if (each.kind === 'leave') {
            seats.get(each.viewer)?.viewer.detach();
            seats.delete(each.viewer);
          } else {
            await bench.crash();
            // Every tab comes back at once.
            await Promise.all([...seats].map(([id, { size }]) => seat(id, { size: size(), mode: 'reading' })));
          }
        }
        await seat(VIEWERS, { size: START_SIZE, mode: 'reading' });
        const mark = `run ${run}`;
        await bench.say(Buffer.from(`\x1b]2;${mark}\x07`));
        for (const watching of seats.values()) watching.turn('reading');
        await untilAllSee({ bench, mark, blanks }, [...seats.values()]);
        for (const watching of seats.values()) watching.viewer.detach();
      }

      await fc.assert(fc.asyncProperty(story, play), { seed: 5, numRuns: RUNS, endOnFailure: true });
    });
  });
}

async function untilAllSee(
  { bench, mark, blanks }: { readonly bench: ViewersBench; readonly mark: string; readonly blanks: Blanks },
  all: readonly Watching[],
): Promise<void> {
  const shown = (how: Blanks): readonly Picture[] => all.map(({ terminal }) => pictureOf(terminal, how));
  await eventually('the runtime has worked it off', () => bench.word(mark, blanks));
  await untilEach(
    () => shown('told'),
    async () => pictureOf(bench.stream(), 'told'),
  );
  await untilEach(
    () => shown(blanks),
    async () => {
      await bench.redraw();
      return await bench.word(mark, blanks);
    },
  );
}

/** Each has all that is wanted of it. Fails with the difference. */
async function untilEach(shown: () => readonly Picture[], look: () => Promise<Partial<Picture> | null>): Promise<void> {
  let wanted: Partial<Picture> | null = null;
  const same = async (): Promise<boolean> => {
    wanted = await look();
    return wanted !== null && shown().every((picture) => isLike(picture, wanted ?? {}));
  };
  try {
    await eventually('it is worked off', same, { limitMs: 20_000 });
  } catch (caught) {
    for (const picture of shown()) expect(picture).toMatchObject(wanted ?? {});
    throw caught;
  }
}

const isLike = (picture: Picture, wanted: Partial<Picture>): boolean =>
  JSON.stringify({ ...picture, ...wanted }) === JSON.stringify(picture);
