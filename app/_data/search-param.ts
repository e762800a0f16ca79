/** One word of the address bar's query as state: a reload and a shared link keep it. Replaces the entry, so that Back leaves the page. */
'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

export function useSearchParam(name: string): readonly [string | null, (value: string | null) => void] {
  const value = useSearchParams().get(name);
  const set = useCallback(
    (next: string | null) => {
      const params = new URLSearchParams(location.search);
      if (next === null) params.delete(name);
      else params.set(name, next);
      const query = params.toString();
      // Next follows the history's own calls.
      history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
    },
    [name],
  );
  return [value, set];
}
