/** Any address that is not ours. Next loads what runs of it in the browser with every other page: that is to be nothing. */
import { TabFace } from './_components/tab-face.tsx';
import { buttonClass } from './_ui/button-class.ts';
import { EmptyState } from './_ui/empty-state.tsx';

export default function NotFound() {
  return (
    <main className="flex min-h-dvh items-center">
      <TabFace title="Not found" />
      <EmptyState
        title="There is no such page"
        level={1}
        actions={
          <a href="/" className={buttonClass({ variant: 'primary' })}>
            To the board
          </a>
        }
      >
        The address is mistyped, or the page has gone.
      </EmptyState>
    </main>
  );
}
