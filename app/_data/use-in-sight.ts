/** Whether an element is on the screen, scrolled to, or near it; `null` until that is known. */
'use client';

import { type RefObject, useEffect, useState } from 'react';

export function useInSight(place: RefObject<Element | null>): boolean | null {
  const [inSight, setInSight] = useState<boolean | null>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => setInSight(entries.at(-1)?.isIntersecting ?? false), { rootMargin: '40px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return inSight;
}
