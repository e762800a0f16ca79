/** The shape of what is to come. Appears after 150 ms and stands still: a board is not a place for movement. */
import { clsx } from 'clsx';

export function Skeleton({ className }: { readonly className?: string }) {
  return <div aria-hidden className={clsx('appear-late rounded-sm bg-hover', className)} />;
}
