import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEndingFilter } from './attach-ending.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
/** As tmux 3.3a ends a client. */
const FAREWELL = '\x1b[?1l\x1b>\x1b[H\x1b[2J\x1b[?12l\x1b[?25h\x1b[?1000l\x1b[?1049l\x1b[23;0;0t';

function pass(chunks: readonly string[]): string {
  const filter = createEndingFilter();
  return chunks.map((chunk) => Buffer.from(filter(bytes(chunk))).toString()).join('');
}

describe('the end of a tmux client', () => {
  it('T1: is cut off before the screen is cleared, wherever the stream is cut', () => {
    const whole = `picture\x1b[1m\x1b[?1h\x1b=世界${FAREWELL}[exited]\r\n`;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        expect(pass(at.slice(1).map((end, index) => whole.slice(at[index], end)))).toBe('picture\x1b[1m\x1b[?1h\x1b=世界');
      }),
    );
  });

  it('is cut off where a killed server leaves only a line about it', () => {
    expect(pass(['picture', '[server exited unexpectedly]\n'])).toBe('picture');
    expect(pass(['picture', '[lost tty]\r\n'])).toBe('picture');
  });

  it('takes nothing from a stream that goes on', () => {
    const parts = fc.constantFrom('a', '\x1b', '\x1b[', '\x1b[?1l', '\x1b[?1', '\x1b>', '[exited]\r\n', '[x]', '\r\n', '世');
    fc.assert(
      fc.property(fc.array(parts), (chunks) => {
        const text = chunks.join('');
        fc.pre(!text.includes('\x1b[?1l\x1b>'));
        expect(pass([...chunks, 'end'])).toBe(`${text}end`);
      }),
    );
  });
});
