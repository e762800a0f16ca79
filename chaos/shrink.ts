/** Looks for what a failing story can do without. fast-check decides what to leave out next; each try plays the rest anew. */
import fc from 'fast-check';
import type { Story } from './story.ts';

export type ShrinkOptions = { readonly fails: (shorter: Story) => Promise<boolean>; readonly limitMs: number };

/** `failed` is known to fail and is not played again. The shortest story that was seen to fail within the limit, at worst that one. */
export async function shrinkStory(failed: Story, { fails, limitMs }: ShrinkOptions): Promise<Story> {
  const { counterexample } = await fc.check(
    fc.asyncProperty(
      fc.subarray([...failed]),
      async (story) => story.length === 0 || (story.length < failed.length && !(await fails(story))),
    ),
    { numRuns: 1, examples: [[[...failed]]], skipAllAfterTimeLimit: limitMs },
  );
  return counterexample?.[0] ?? failed;
}
