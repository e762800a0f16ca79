/**
 * Brings a terminal to the size that the arbiter decides. One change at a time, the latest wish next; a size that is there
 * already is not set again, since each one signals the agent.
 */
import {
  type Claim,
  claimSize,
  joinArbiter,
  leaveArbiter,
  newArbiter,
  noteInput,
  type Size,
  type SizeArbiter,
  sameSize,
} from '../../core/terminal/size-arbiter.ts';

export type SizingDeps = {
  readonly size: Size;
  /** Resizes the runtime and what shows it; may refuse. */
  readonly apply: (size: Size) => Promise<void>;
  /** Tells a viewer what the size is. */
  readonly tell: (viewer: string, size: Size) => void;
  readonly refused: (caught: unknown) => void;
};

export type Sizing = {
  readonly size: () => Size;
  /** The viewer whose size it is to be. */
  readonly holder: () => string | null;
  readonly join: (viewer: string, claim: Claim, had: 'the size' | 'nothing') => void;
  readonly claim: (viewer: string, claim: Claim) => void;
  readonly input: (viewer: string) => void;
  readonly leave: (viewer: string) => void;
};

export function createSizing({ size, apply, tell, refused }: SizingDeps): Sizing {
  let arbiter: SizeArbiter = newArbiter(size);
  let actual = size;
  let working = false;

  async function work(): Promise<void> {
    while (!sameSize(arbiter.size, actual)) {
      const wanted = arbiter.size;
      try {
        await apply(wanted);
        actual = wanted;
      } catch (caught) {
        // As it was; the next wish is another try.
        arbiter = { ...arbiter, size: actual };
        refused(caught);
      }
      for (const viewer of arbiter.seats.keys()) tell(viewer, actual);
    }
  }

  function take(next: SizeArbiter): void {
    arbiter = next;
    if (working || sameSize(arbiter.size, actual)) return;
    working = true;
    void work().finally(() => {
      working = false;
    });
  }

  return {
    size: () => actual,
    holder: () => arbiter.holder,
    join: (viewer, claim, had) => take(joinArbiter(arbiter, viewer, claim, had)),
    claim(viewer, claim) {
      take(claimSize(arbiter, viewer, claim));
      // Where it is not to be, it is said at once; where it is, when it is so.
      if (arbiter.holder !== viewer && !sameSize(claim.wants, actual)) tell(viewer, actual);
    },
    input: (viewer) => take(noteInput(arbiter, viewer)),
    leave: (viewer) => take(leaveArbiter(arbiter, viewer)),
  };
}
