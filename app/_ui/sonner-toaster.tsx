'use client';

import { Toaster } from 'sonner';

export function SonnerToaster() {
  return (
    <Toaster
      position="bottom-right"
      gap={8}
      visibleToasts={3}
      toastOptions={{
        unstyled: true,
        classNames: {
          // The library gives its list a font of its own.
          toast: 'flex w-full items-center gap-2.5 rounded-md bg-raised px-3 py-2.5 font-sans text-ink text-sm shadow-pop',
          description: 'text-ink-muted text-xs',
          actionButton: 'ml-auto h-7 rounded-sm bg-hover px-2 font-medium text-ink text-xs',
        },
      }}
    />
  );
}
